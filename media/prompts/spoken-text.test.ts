import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spokenText } from './spoken-text.ts';

/** Any code points, lone surrogates too. */
const anyText = fc.array(fc.nat(0x10ffff)).map((points) => String.fromCodePoint(...points));

describe('the text a voice reads', () => {
  it.each([
    ['Enter your PIN, then press #.', 'Enter your pin, then press pound .'],
    ['Your balance is $5.00.', 'Your balance is 5 dollars.'],
    ['You paid $1.00 and $12.50.', 'You paid one dollar and 12 dollars and 50 cents.'],
    ['$0.01 or $1,250', 'one cent or 1250 dollars'],
    ['Reply to the SMS.', 'Reply to the text message.'],
    ['Call 1-866-949-0290.', 'Call 1, 8 6 6, 9 4 9, 0 2 9 0.'],
    ['Call (916) 555-0100', 'Call (916) 555-0100'],
    ['Press 1 & wait', 'Press 1 and wait'],
  ])('in English: %s', (text, spoken) => {
    expect(spokenText('en', text)).toBe(spoken);
  });

  it.each([
    ['Ingrese su PIN.', 'Ingrese su pin.'],
    ['Su saldo es $5.00.', 'Su saldo es 5 dólares.'],
    ['Pagó $1.01', 'Pagó un dólar con un centavo'],
    ['Sr. Pérez, EE. UU.', 'señor Pérez, Estados Unidos'],
    ['de 8 a. m. a 5 PM', 'de 8 de la mañana a 5 de la tarde'],
    ['Oprima 1 ahora.', 'Oprima 1 ahora.'],
    ['llamada nº 3', 'llamada número 3'],
  ])('in Spanish: %s', (text, spoken) => {
    expect(spokenText('es', text)).toBe(spoken);
  });

  it('joins letters and accents, so that both ways of writing are one', () => {
    expect(spokenText('es', 'Adio\u0301s')).toBe('Adiós');
  });

  it('takes no longer for a name made of spaces', () => {
    expect(spokenText('en', `a${' '.repeat(200_000)}b`)).toBe('a b');
  });

  it('carries no commands of an engine, whatever the name of a facility', () => {
    expect(spokenText('en', '<break time="9s"/> [[h@l\'oU]] \u0000 | x')).toBe('break time="9s"/ h@l\'oU x');
    fc.assert(
      fc.property(anyText, fc.constantFrom('en' as const, 'es' as const), (text, language) => {
        expect(spokenText(language, text)).not.toMatch(/[\p{Cc}<>[\]{}|\\^~`_]|^\s|\s$/u);
      }),
    );
  });
});
