/** Ten digits of the North American plan, or eleven after the 1, are a whole number: nobody need press `#`. */
export const isWholePhoneNumber = (typed: string): boolean =>
  typed.startsWith('1') ? typed.length === 11 : /^[2-9]/.test(typed) && typed.length === 10;
