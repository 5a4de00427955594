import { existsSync } from 'node:fs';
import { type RequestOptions, request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A started container. */
export interface Container {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** What to start. */
export interface ContainerOptions {
  readonly image: string;
  readonly port: number;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The log line that says that it is ready, and how often it appears until then. */
  readonly ready: { readonly line: RegExp; readonly times: number };
}

function dockerAddresses(): RequestOptions[] {
  const host = process.env.DOCKER_HOST;
  if (host?.startsWith('unix://')) return [{ socketPath: host.slice('unix://'.length) }];
  if (host !== undefined && host !== '') {
    const { hostname, port } = new URL(host);
    return [{ hostname, port: port === '' ? '2375' : port }];
  }
  return ['/var/run/docker.sock', join(homedir(), '.docker/run/docker.sock')]
    .filter((path) => existsSync(path))
    .map((socketPath) => ({ socketPath }));
}

function ping(address: RequestOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ ...address, path: '/_ping', timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
    asked.on('close', () => resolve(false));
    asked.end();
  });
}

/** Whether a Docker engine responds. Takes at most a second and does not load testcontainers. */
export async function dockerAnswers(): Promise<boolean> {
  const answers = await Promise.all(dockerAddresses().map(ping));
  return answers.includes(true);
}

/** Starts a container and waits until it is ready. */
export async function startContainer(options: ContainerOptions): Promise<Container> {
  const { GenericContainer, Wait } = await import('testcontainers');
  let container = new GenericContainer(options.image)
    .withExposedPorts(options.port)
    .withEnvironment({ ...options.environment })
    .withWaitStrategy(Wait.forLogMessage(options.ready.line, options.ready.times))
    .withStartupTimeout(60_000);
  if (options.command !== undefined) container = container.withCommand([...options.command]);
  const started = await container.start();
  return {
    host: started.getHost(),
    port: started.getMappedPort(options.port),
    async stop() {
      await started.stop();
    },
  };
}
