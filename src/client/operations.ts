/** A browser that signed in: the response has its cookie. */
export interface SignedIn {
  readonly project: number;
  readonly scopes: readonly string[];
  readonly expires_at: string | null;
}

/** A project of the store. */
export interface ClientProject {
  readonly id: number;
  readonly name: string;
  /** The reporting time zone, an IANA name; null for the zone of each reader. */
  readonly time_zone: string | null;
  readonly created_at: string;
}

/** A project in the list. A number that has events but was never created has no name. */
export type ListedClientProject = Omit<ClientProject, 'name' | 'created_at'> & {
  readonly [N in 'name' | 'created_at']: string | null;
};

/** A rebuild that was started over HTTP. */
export interface ClientRebuild {
  readonly id: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  readonly dry_run: boolean;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly step: string | null;
  /** The progress of the step, from 0 to 1. */
  readonly share: number;
  readonly outcome: 'repaired' | 'swapped' | 'dry_run' | null;
  readonly events: number | null;
  readonly seconds: number | null;
  readonly projections: readonly {
    readonly name: string;
    readonly rows_before: number;
    readonly rows_after: number;
    readonly added: number;
    readonly removed: number;
    readonly changed: number;
  }[];
  readonly error: string | null;
}

/** Operations of the whole store, and the sign-in of browsers. */
export interface OperationsClient {
  /** Signs this browser in with a key; from then on it uses a cookie. */
  signIn(options: { readonly key: string }): Promise<SignedIn>;
  /** Signs this browser out of one project, or of all. */
  signOut(options?: { readonly project?: number | undefined }): Promise<void>;
  /** All projects, and the numbers that only have events. Needs a key for `operate`, as do the following. */
  listProjects(): Promise<readonly ListedClientProject[]>;
  createProject(options: {
    readonly name: string;
    readonly time_zone?: string | null | undefined;
  }): Promise<ClientProject>;
  changeProject(options: {
    readonly id: number;
    readonly time_zone: string | null;
  }): Promise<ClientProject>;
  /** Recomputes totals from the log in the background, or returns the rebuild that is running. */
  beginRebuild(options?: {
    readonly dry_run?: boolean | undefined;
    readonly projections?: readonly string[] | undefined;
  }): Promise<ClientRebuild>;
  /** The rebuilds that were started in the service, newest first, and those of other processes. */
  listRebuilds(): Promise<{
    readonly items: readonly ClientRebuild[];
    readonly elsewhere: readonly { readonly step: string | null; readonly share: number }[];
  }>;
  cancelRebuild(options: { readonly id: string }): Promise<ClientRebuild | undefined>;
}
