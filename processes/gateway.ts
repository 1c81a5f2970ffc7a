import type { CardGateway } from '#accounts/cards/gateway.ts';
import { SandboxGateway } from '#accounts/cards/sandbox-gateway.ts';
import { StripeGateway } from '#accounts/cards/stripe-gateway.ts';
import type { Database } from '#db/connect.ts';
import type { Config } from './config.ts';

type GatewaySettings = Pick<Config, 'STRIPE_SECRET_KEY' | 'STRIPE_WEBHOOK_SECRET' | 'SANDBOX_WEBHOOK_SECRET'>;
interface Log {
  warn(facts: object, message: string): void;
}

/** Who takes card payments: Stripe when its key is set, otherwise the sandbox, which moves no money, and says so. */
export function openGateway(settings: GatewaySettings, db: Database, log: Log): CardGateway {
  const now = () => new Date();
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret } = settings;
  // The settings have both or none (config.ts).
  if (secretKey !== undefined && webhookSecret !== undefined)
    return new StripeGateway({ secretKey, webhookSecret, now });
  log.warn({}, 'cards are charged at the sandbox, which moves no money: set STRIPE_SECRET_KEY for real payments');
  return new SandboxGateway({ db, now, webhookSecret: settings.SANDBOX_WEBHOOK_SECRET });
}
