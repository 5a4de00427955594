import { keyPattern } from '../../store/api-keys.js';

/** The most projects that one browser is signed in to. */
export const mostProjects = 8;
const lifeSeconds = 30 * 86_400;

/**
 * The name of the cookie. The prefix has the browser refuse one that came without TLS, for a
 * domain or for part of the site, so that no neighbour can set it.
 */
const nameOf = (isSecure: boolean) => (isSecure ? '__Host-runfold' : 'runfold');

/** The keys that a browser sends: one of each project it is signed in to. */
export function keysInCookie(header: string | undefined, isSecure: boolean): readonly string[] {
  const name = nameOf(isSecure);
  const found = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${name}=`));
  const keys = found?.slice(name.length + 1).split('.') ?? [];
  return keys.filter((key) => keyPattern.test(key)).slice(0, mostProjects);
}

/**
 * `Set-Cookie` with keys, or without any one that removes it. Out of the reach of script, and never sent
 * with a request that another site began.
 */
export function cookieOf(keys: readonly string[], isSecure: boolean): string {
  const rules = `Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  const life = keys.length === 0 ? 0 : lifeSeconds;
  return `${nameOf(isSecure)}=${keys.join('.')}; Max-Age=${life}; ${rules}`;
}
