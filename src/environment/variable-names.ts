import { editDistance } from './edit-distance.js';

/** Variables of the clients of the service: set in the same shells, and read by those clients alone. */
const clientVariables: readonly string[] = ['RUNFOLD_URL', 'RUNFOLD_KEY'];

/** The address that Kubernetes puts into `<SERVICE>_PORT` of every Service beside a pod. */
export const serviceAddress = /^(tcp|udp|sctp):\/\//;

/**
 * The names that Kubernetes makes of Services called `runfold` or `runfold-…`, as in
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables.
 */
const serviceVariable =
  /^RUNFOLD(_\w+)?_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;

/** So close to a known name that it can only be a slip: another store would be used without a word. */
const slip = 2;

/**
 * Looks through the names that begin with `RUNFOLD_`. One that is nearly a setting's is a fault, any
 * other unknown one a warning: it may belong to somebody else, and must not keep a service from starting.
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
