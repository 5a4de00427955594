import { editDistance } from './edit-distance.js';

/** Variables of the service's clients: they are set in the same shells, but only the clients read them. */
const clientVariables: readonly string[] = ['RUNFOLD_URL', 'RUNFOLD_KEY'];

/** The address that Kubernetes puts into the variable `<SERVICE>_PORT` for every Service of a namespace. */
export const serviceAddress = /^(tcp|udp|sctp):\/\//;

/**
 * The variables that Kubernetes sets for Services called `runfold` or `runfold-…`, see
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables.
 */
const serviceVariable =
  /^RUNFOLD(_\w+)?_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;

/** A name this close to a known one must be a typing error: otherwise another store would silently be used. */
const slip = 2;

/**
 * Checks the names that begin with `RUNFOLD_`. If one is nearly the name of a setting, that is a fault. Any
 * other unknown name is a warning: it may belong to another program, and must not prevent a service from starting.
 */
export function checkVariableNames(
  environment: NodeJS.ProcessEnv,
  variables: readonly string[],
): { faults: string[]; warnings: string[] } {
  const known = variables.filter((name) => name.startsWith('RUNFOLD_'));
  const faults: string[] = [];
  const warnings: string[] = [];
  for (const [name, value = ''] of Object.entries(environment)) {
    if (!name.startsWith('RUNFOLD_') || known.includes(name)) continue;
    if (clientVariables.includes(name) || serviceVariable.test(name)) continue;
    if (name.endsWith('_PORT') && serviceAddress.test(value)) continue;
    const [nearest] = known
      .map((one) => ({ one, distance: editDistance(name, one) }))
      .sort((a, b) => a.distance - b.distance);
    if (nearest !== undefined && nearest.distance <= slip) {
      faults.push(`${name}: unknown variable; did you mean ${nearest.one}?`);
    } else {
      warnings.push(`${name}: unknown variable, ignored. Known are ${known.join(', ')}.`);
    }
  }
  return { faults, warnings };
}
