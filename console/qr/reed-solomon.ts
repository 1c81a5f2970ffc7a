/* GF(2^8) with x^8 + x^4 + x^3 + x^2 + 1, as QR codes have it (ISO/IEC 18004, 7.5.2). */

const SIZE = 255;
const exp: readonly number[] = (() => {
  const powers = [1];
  for (let at = 1; at < SIZE; at++) {
    const twice = (powers[at - 1] ?? 0) << 1;
    powers.push(twice > SIZE ? twice ^ 0x11d : twice);
  }
  return powers;
})();
const log = new Map(exp.map((value, power) => [value, power]));

const times = (one: number, other: number): number =>
  one === 0 || other === 0 ? 0 : (exp[((log.get(one) ?? 0) + (log.get(other) ?? 0)) % SIZE] ?? 0);

/** The product of (x - 2^0) … (x - 2^(degree-1)), the highest power first, without its 1. */
function generatorOf(degree: number): number[] {
  let product = [1];
  for (let root = 0; root < degree; root++) {
    const next = [...product, 0];
    product.forEach((value, at) => (next[at + 1] = (next[at + 1] ?? 0) ^ times(value, exp[root] ?? 0)));
    product = next;
  }
  return product.slice(1);
}

/** So many codewords by which a reader puts `data` right: the remainder of its division by the generator. */
export function correctionOf(data: readonly number[], many: number): number[] {
  const generator = generatorOf(many);
  const rest = Array.from({ length: many }, () => 0);
  for (const codeword of data) {
    const factor = codeword ^ (rest.shift() ?? 0);
    rest.push(0);
    generator.forEach((value, at) => (rest[at] = (rest[at] ?? 0) ^ times(value, factor)));
  }
  return rest;
}
