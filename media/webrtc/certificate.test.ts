import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { newCertificate } from './certificate.ts';

it('a certificate is one to others: signed by its own key, valid now and for a month, P-256', () => {
  const nowMs = Date.now();
  const { certificatePem, keyPem, fingerprint } = newCertificate(nowMs);
  const read = new X509Certificate(certificatePem);
  expect(read.verify(read.publicKey)).toBe(true);
  expect(read.checkPrivateKey(createPrivateKey(keyPem))).toBe(true);
  expect(read.fingerprint256).toBe(fingerprint);
  expect([read.subject, read.issuer]).toEqual(['CN=homeline', 'CN=homeline']);
  expect(read.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
  const days = (text: string): number => Math.round((Date.parse(text) - nowMs) / 86_400_000);
  expect([days(read.validFrom), days(read.validTo)]).toEqual([-1, 31]);
});
