import { describe, expect, test } from 'vitest';
import { given, readConfig, WrongSetting } from './config.ts';

const complaint = (environment: Record<string, string>): string => {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof WrongSetting) return error.message;
    throw error;
  }
  return 'none';
};

describe('a wrong setting is one clear line', () => {
  test.each([
    ['ENGINE', 'asterisk'],
    ['DATABASE_URL', 'here'],
    ['SIP_PORT', '65536'],
    ['SIP_PORT', '1.5'],
    ['RING_SECONDS', '0'],
    ['DRAIN_SECONDS', '-1'],
    ['WARNING_SECONDS', 'soon'],
    ['NODE_NAME', 'a node'],
    ['CALLING_NUMBER', '8669490290'],
    ['PIN_PEPPER', 'short'],
    ['PASSCODE_PEPPER', 'short'],
    ['DIGEST_SECRET', 'short'],
    ['API_TOKEN', 'short'],
    ['API_TOKEN_BEFORE', 'short'],
    ['IDENTITY_SECRET', 'short'],
    ['DOCUMENT_KEYS', 'a-secret-of-pictures-of-tests,short'],
    ['ID_REVIEW', 'sometimes'],
    ['ID_DOCUMENT_DAYS', '0'],
    ['VERIFICATION_IMAGE', 'maybe'],
    ['WEB_ADDRESS', 'https://home.example.com/'],
    ['SOFTPHONE_URL', 'https://phone.example.com'],
    ['SOFTPHONE_URL', 'wss://phone.example.com/?who=me'],
    ['WEB_ADDRESS', 'https://home.example.com/#page'],
  ])('%s=%s', (name, value) => {
    expect(complaint({ [name]: value })).toMatch(new RegExp(`^wrong setting: ${name}: [^\\n;]+$`));
  });

  test('that names every one of them', () => {
    expect(complaint({ SIP_PORT: 'x', LOG_LEVEL: 'loud' })).toMatch(
      /LOG_LEVEL: .+; SIP_PORT: |SIP_PORT: .+; LOG_LEVEL: /,
    );
  });

  test('that has no secret in it', () => {
    const secrets = { PIN_PEPPER: 'pepper-7f3', DIGEST_SECRET: 'digest-7f3', API_TOKEN: 'token-7f3' };
    const line = complaint({ ...secrets, DATABASE_URL: 'secret-7f3' });
    for (const name of Object.keys(secrets)) expect(line).toContain(name);
    expect(line).not.toContain('7f3');
  });

  test('when the ports of sound leave no room', () => {
    expect(complaint({ RTP_PORT_MIN: '20000', RTP_PORT_MAX: '20000' })).toContain('RTP_PORT_MIN must be below');
    expect(complaint({ RTP_PORT_MIN: '20000', RTP_PORT_MAX: '20001' })).toBe('none');
  });
});

test('a key of the API without its certificate is not taken, nor the other way round', () => {
  const file = import.meta.filename;
  for (const name of ['API_TLS_KEY_FILE', 'API_TLS_CERT_FILE'])
    expect(complaint({ [name]: file })).toMatch(
      /^wrong setting: API_TLS_KEY_FILE and API_TLS_CERT_FILE are given toge/,
    );
  expect(complaint({ API_TLS_KEY_FILE: file, API_TLS_CERT_FILE: file })).toBe('none');
  expect(complaint({ API_TLS_KEY_FILE: '/nowhere' })).toContain('must be a file that is there');
});

test('an empty setting is one that is not given', () => {
  expect(readConfig({ SIP_PORT: '', S3_BUCKET: '' })).toMatchObject({ SIP_PORT: 5060 });
});

test('what is set to nothing is not handed on either', () => {
  expect(given({ PIN_PEPPER: '', SIP_PORT: '5070', HOME: undefined })).toEqual({ SIP_PORT: '5070' });
});
