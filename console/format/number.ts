/** A telephone number as people read it: `+1 213 555 0142`. One that is not of North America stays E.164. */
export const shownNumber = (e164: string): string =>
  e164.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1\u00a0$1\u00a0$2\u00a0$3');

/** A text in which numbers stand, with each as people read it. */
export const withNumbers = (text: string): string => text.replace(/\+\d{7,15}/g, shownNumber);

/** What somebody typed as E.164; undefined: it is no whole number. Ten digits are of North America. */
export function readNumber(typed: string): string | undefined {
  if (!/^[\s+().-]*\d[\d\s().-]*$/.test(typed)) return undefined;
  const digits = typed.replace(/\D/g, '');
  if (typed.trim().startsWith('+')) return /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : undefined;
  const national = digits.length === 11 && digits.startsWith('1') ? digits.slice(1) : digits;
  return /^[2-9]\d{2}[2-9]\d{6}$/.test(national) ? `+1${national}` : undefined;
}
