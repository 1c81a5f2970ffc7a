import type { Wording } from '../notices/notice.ts';

/** What whoever subscribed is told. `host`: of its URL. */
export interface WebhookNews {
  readonly kind: 'webhook-disabled';
  readonly webhookId: string;
  readonly host: string;
  readonly since: Date;
  readonly why: string;
}

const day = (at: Date): string => at.toISOString().slice(0, 10);

export const webhookWords: Wording<WebhookNews> = ({ news: { webhookId, host, since, why }, language }) => ({
  mail:
    language === 'en'
      ? {
          subject: `Homeline: webhook to ${host} is disabled`,
          body: `Webhook ${webhookId} to ${host} has failed since ${day(since)} (${why}), and is disabled. Nothing is lost for 30 days: put it right, and resume it.\n`,
        }
      : {
          subject: `Homeline: el webhook a ${host} está desactivado`,
          body: `El webhook ${webhookId} a ${host} falla desde el ${day(since)} (${why}) y está desactivado. Nada se pierde durante 30 días: corríjalo y reanúdelo.\n`,
        },
});
