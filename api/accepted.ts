/** How much somebody wants a media type, by what they said in Accept (RFC 9110 §12.5.1): 0 to 1, of the most exact that fits. */
function weightOf(type: string, ranges: readonly Range[]): number {
  const [kind = ''] = type.split('/');
  for (const name of [type, `${kind}/*`, '*/*']) {
    const range = ranges.find((one) => one.name === name);
    if (range) return range.weight;
  }
  return 0;
}

interface Range {
  readonly name: string;
  readonly weight: number;
}

function rangesOf(accept: string): Range[] {
  return accept.split(',').map((part) => {
    const [name = '', ...parameters] = part.split(';').map((one) => one.trim().toLowerCase());
    const quality = parameters.find((one) => one.startsWith('q='))?.slice(2);
    // What is no weight (§12.4.2) is none at all.
    const weight = quality === undefined ? 1 : /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(quality) ? Number(quality) : 0;
    return { name, weight };
  });
}

/** Which of these is wanted most; of those that are wanted alike the first. Undefined: none of them. */
export function wantedOf<T extends string>(accept: string | undefined, offered: readonly T[]): T | undefined {
  if (accept === undefined || accept.trim() === '') return offered[0];
  const ranges = rangesOf(accept);
  const weighed = offered.map((type) => ({ type, weight: weightOf(type, ranges) }));
  const best = weighed.reduce<(typeof weighed)[number] | undefined>(
    (one, other) => (other.weight > (one?.weight ?? 0) ? other : one),
    undefined,
  );
  return best?.type;
}
