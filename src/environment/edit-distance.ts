/**
 * How many characters must be added, removed or changed to turn one string into the other (Levenshtein). Above `most`
 * it returns any larger number, without comparing the rest.
 */
export function editDistance(a: string, b: string, most = Number.POSITIVE_INFINITY): number {
  const longer = Math.abs(a.length - b.length);
  if (longer > most) return longer;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const distance = Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
      next.push(distance);
      if (distance < least) least = distance;
    }
    // No later row has a smaller number.
    if (least > most) return least;
    row = next;
  }
  return row[b.length] ?? 0;
}
