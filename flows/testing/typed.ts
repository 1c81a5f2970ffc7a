import { SecretDigits } from '../menu/secret-digits.ts';

/** Secret digits as somebody has typed them. */
export function typed(digits: string): SecretDigits {
  const secret = new SecretDigits();
  for (const digit of digits) secret.press(digit);
  return secret;
}
