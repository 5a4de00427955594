/** The address of a Redis, from `REDIS_URL`. */
export interface RedisAddress {
  readonly kind: 'single' | 'cluster' | 'sentinel';
  /** The hosts of the Redis, of nodes of the cluster, or of sentinels. */
  readonly hosts: readonly RedisHost[];
  readonly is_tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  /** The sentinels' name for the master; '' without sentinels. */
  readonly sentinel_name: string;
  readonly sentinel_username: string | undefined;
  readonly sentinel_password: string | undefined;
  /** The hosts, for display. */
  readonly shown: string;
}

/** One server. */
export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

/** What is wrong with a URL, as what was expected instead. */
export interface RedisUrlFault {
  readonly expected: string;
}

const example = 'a URL such as redis://host:6379';
const escapes = 'in user and password / # ? @ : % are written %2F %23 %3F %40 %3A %25';
const parts = /^rediss?:\/\/(?:([^@/?#]*)@)?([^@/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/;
const known = ['cluster', 'sentinel', 'sentinel_username', 'sentinel_password'];

/** Reads a URL of one Redis, of a Redis Cluster or of sentinels. */
export function readRedisUrl(text: string): RedisAddress | RedisUrlFault {
  const several = severalIn(text);
  return several === undefined ? readSingle(text) : readSeveral(text, several);
}

/**
 * The address in a URL. Every URL that does not name several servers is one Redis, and the driver
 * parses it.
 * @throws TypeError if a URL of several servers is invalid
 */
export function toRedisAddress(text: string): RedisAddress {
  const several = severalIn(text);
  if (several === undefined) return singleAddress(URL.canParse(text) ? new URL(text) : undefined);
  const address = readSeveral(text, several);
  if ('expected' in address) throw new TypeError(`REDIS_URL: expected ${address.expected}.`);
  return address;
}

/** The parts of a URL of more than one server; undefined for any other string. */
function severalIn(text: string) {
  const [whole, user, hosts = '', path = '', query = ''] = parts.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const settings = new URLSearchParams(query);
  const isSeveral = hosts.includes(',') || settings.has('cluster') || settings.has('sentinel');
  return isSeveral ? { user, hosts: hosts.split(','), path, settings } : undefined;
}

/** One Redis: the driver gets its URL unchanged, including options. */
function readSingle(text: string): RedisAddress | RedisUrlFault {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['redis:', 'rediss:'].includes(url.protocol)) {
    return { expected: example };
  }
  // A password such as p/w or p#w ends the host too early: the rest would be read as a path.
  if (!/^(\/\d{0,4})?$/.test(url.pathname) || url.hash !== '') {
    return { expected: `${example}; ${escapes}` };
  }
  return singleAddress(url);
}

function singleAddress(url: URL | undefined): RedisAddress {
  return {
    kind: 'single',
    hosts: [{ host: url?.hostname || 'localhost', port: Number(url?.port || 6379) }],
    is_tls: url?.protocol === 'rediss:',
    username: decoded(url?.username),
    password: decoded(url?.password),
    database: Number(url?.pathname.slice(1)),
    sentinel_name: '',
    sentinel_username: undefined,
    sentinel_password: undefined,
    shown: url?.host || 'localhost',
  };
}

function readSeveral(
  text: string,
  { user, hosts, path, settings }: NonNullable<ReturnType<typeof severalIn>>,
): RedisAddress | RedisUrlFault {
  const isCluster = settings.has('cluster');
  const name = settings.get('sentinel') ?? '';
  if (isCluster === settings.has('sentinel')) {
    return {
      expected: isCluster
        ? 'cluster=true or sentinel=NAME, not both'
        : 'cluster=true or sentinel=NAME behind several hosts, as in redis://a:6379,b:6379?cluster=true',
    };
  }
  if (isCluster && settings.get('cluster') !== 'true') return { expected: 'cluster=true' };
  if (!isCluster && name === '') {
    return {
      expected: 'the name that the sentinels have for the master, as in ?sentinel=mymaster',
    };
  }
  const strange = [...settings.keys()].find((key) => !known.includes(key));
  if (strange !== undefined) {
    return { expected: `only ${known.join(', ')} after the ? of a cluster or of sentinels` };
  }
  const found = hosts.map((host) => parseHost(host, isCluster ? 6379 : 26_379));
  const database = /^(\/\d{0,4})?$/.test(path) ? Number(path.slice(1)) : undefined;
  const [username, password] = (user ?? '').split(/:(.*)/s);
  if (found.some((host) => host === undefined) || database === undefined) {
    return {
      expected: `hosts as in redis://a:6379,b:6379${isCluster ? '?cluster=true' : `?sentinel=${name}`}; ${escapes}`,
    };
  }
  if (isCluster && database !== 0) {
    return { expected: 'no database number: a cluster has only database 0' };
  }
  return {
    kind: isCluster ? 'cluster' : 'sentinel',
    hosts: found.filter((host) => host !== undefined),
    is_tls: text.startsWith('rediss:'),
    username: decoded(username),
    password: decoded(password),
    database,
    sentinel_name: name,
    sentinel_username: settings.get('sentinel_username') || undefined,
    sentinel_password: settings.get('sentinel_password') || undefined,
    shown: hosts.join(','),
  };
}

function parseHost(text: string, usual: number): RedisHost | undefined {
  const [, v6, name, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = v6 ?? name;
  const number = Number(port ?? usual);
  return host === undefined || number < 1 || number > 65_535 ? undefined : { host, port: number };
}

function decoded(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
