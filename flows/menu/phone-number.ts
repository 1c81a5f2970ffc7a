/** Ten digits of the North American plan, or eleven after the 1, are a whole number: nobody need press `#`. */
export const isWholePhoneNumber = (typed: string): boolean =>
  typed.startsWith('1') ? typed.length === 11 : /^[2-9]/.test(typed) && typed.length === 10;

/** Ten digits, 1 and ten, 011 and a number of another country (ITU-T E.164 §6.2.1), or a service code like 911. */
const dialled = /^(?:1?[2-9]\d{9}|011[1-9]\d{6,14}|[2-9]11)$/;

/** What somebody dials has this shape; anything else that is typed for a number may be a PIN. */
export const looksDialled = (typed: string): boolean => dialled.test(typed);
