import { keyPattern } from '../../store/api-keys.js';

/** The maximum number of projects that one browser is signed in to. */
export const mostProjects = 8;
const lifeSeconds = 30 * 86_400;

/**
 * The name of the cookie. Because of the prefix, the browser refuses a cookie that was set without TLS, for a
 * domain or for part of the site, so no other host of the domain can set it.
 */
const nameOf = (isSecure: boolean) => (isSecure ? '__Host-runfold' : 'runfold');

/** The keys that a browser sends: one per project that it is signed in to. */
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
 * `Set-Cookie` with keys; without keys, it removes the cookie. Script cannot read the cookie, and it is never sent
 * with a request that another site started.
 */
export function cookieOf(keys: readonly string[], isSecure: boolean): string {
  const rules = `Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  const life = keys.length === 0 ? 0 : lifeSeconds;
  return `${nameOf(isSecure)}=${keys.join('.')}; Max-Age=${life}; ${rules}`;
}
