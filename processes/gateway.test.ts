import { SandboxGateway } from '#accounts/cards/sandbox-gateway.ts';
import { StripeGateway } from '#accounts/cards/stripe-gateway.ts';
import type { Database } from '#db/connect.ts';
import { expect, test } from 'vitest';
import { readConfig, WrongSetting } from './config.ts';
import { openGateway } from './gateway.ts';

const db = { isTransaction: false } as Database;
const open = (environment: Record<string, string>) => {
  const said: string[] = [];
  const gateway = openGateway(readConfig(environment), db, { warn: (_facts, message) => said.push(message) });
  return { gateway, said };
};
const stripe = { STRIPE_SECRET_KEY: 'sk_test_7f3a', STRIPE_WEBHOOK_SECRET: 'whsec_7f3a' };

test('without a key of Stripe cards are charged at the sandbox, and that is said', () => {
  const { gateway, said } = open({});
  expect(gateway).toBeInstanceOf(SandboxGateway);
  expect(said).toEqual([expect.stringContaining('moves no money')]);
});

test('with it at Stripe, without a word', () => {
  const { gateway, said } = open(stripe);
  expect(gateway).toBeInstanceOf(StripeGateway);
  expect(said).toEqual([]);
});

test.each(['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'] as const)('%s alone is a wrong setting', (name) => {
  const complaint = () => readConfig({ [name]: stripe[name] });
  expect(complaint).toThrow(WrongSetting);
  expect(complaint).toThrow(/STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET/);
  expect(complaint).not.toThrow(/7f3a/);
});
