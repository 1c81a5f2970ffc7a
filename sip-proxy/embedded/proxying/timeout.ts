/** `500ms` or `10s` as applications write it. Milliseconds; undefined when nothing is said, or nothing that can be understood. */
export const timeoutOf = (text: string): number | undefined => {
  const found = /^(\d{1,7})(ms|s)$/.exec(text);
  return found ? Number(found[1]) * (found[2] === 's' ? 1000 : 1) || undefined : undefined;
};
