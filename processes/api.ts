import type { Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { bundleConsole } from '#api/console-bundle.ts';
import { DeskFeed } from '#api/desk-feed.ts';
import { EventFeed } from '#api/webhooks/events.ts';
import { apiServer } from '#api/server.ts';
import { LiveFeed } from '#api/staff/views/live-feed.ts';
import { openDatabase } from '#db/connect.ts';
import type { CardGateway } from '#accounts/cards/gateway.ts';
import { DarkroomProcess } from '#accounts/documents/darkroom.ts';
import { identityKeys } from '#accounts/identity/keys.ts';
import { secretHasher } from '#accounts/identity/hasher.ts';
import type { IdentityDeps } from '#accounts/identity/ports.ts';
import { identityWords } from '#accounts/identity/wording.ts';
import { notifyWith } from '#accounts/notices/notice.ts';
import { argonHasher } from '#accounts/passcode/hasher.ts';
import type { DepositDeps } from '#accounts/deposits/deposit-by-card.ts';
import { hearGateway } from '#accounts/deposits/hear-gateway.ts';
import { webhookKeys } from '#accounts/webhooks/secret.ts';
import { questionWords } from '#accounts/questions/wording.ts';
import { receiveText, type ArrivedText } from '#accounts/notices/receive-text.ts';
import { SpokenDigits } from '#media/prompts/spoken-digits.ts';
import { StudioProcess } from '#media/prompts/synthesiser.ts';
import { openStorage } from '#media/recordings/storage.ts';
import { certificateFilesOf, keepFresh, readPair, TLS } from './api-certificate.ts';
import { main } from './child.ts';
import type { Config } from './config.ts';
import { documentsOf } from './documents.ts';
import { openGateway } from './gateway.ts';
import { countAnswers } from './api-metrics.ts';
import { databaseHealth } from './health.ts';
import { moneyOf } from './money.ts';
import { newMetrics } from './observe.ts';
import { soundsOf } from './sounds.ts';
import { staffOf } from './staff-deps.ts';
import { storageOf } from './storage.ts';

/** The HTTP API: calls and blocks for those who show the token, and who families are. */
main('api', async (config, log) => {
  if (config.DATABASE_URL === undefined)
    throw new Error('DATABASE_URL says where the database is; `npm start` sets it');
  const { API_HOST: host, API_PORT: port, API_TOKEN: token, API_TOKEN_BEFORE: tokenBefore } = config;
  const db = openDatabase(config.DATABASE_URL, { name: 'homeline api', max: 8 });
  const health = () => databaseHealth(db);
  const { PUBLIC_URL: publicUrl, TWILIO_AUTH_TOKEN: authToken } = config;
  const gateway = openGateway(config, db, log);
  const { deposits, funding, holders, refunds } = moneyOf(db, gateway);
  const texts =
    publicUrl !== undefined && authToken !== undefined
      ? { publicUrl, authToken, receive: (text: ArrivedText) => receiveText(db, funding, text) }
      : undefined;
  const cards = { hear: hearWith(gateway, deposits, log) };
  const desk = new DeskFeed(db, config.DATABASE_URL);
  const studio = new StudioProcess();
  const identity = {
    ...(await identityOf(config)),
    ...(config.VERIFICATION_IMAGE === 'required' && { images: new SpokenDigits(studio) }),
  };
  const storage = await openStorage(storageOf(config));
  const darkroom = new DarkroomProcess();
  const documents = documentsOf(config, storage, darkroom);
  const family = {
    ...{ documents, identity, deposits, funding, refunds, cards: gateway },
    holders: { ...holders, hasher: await argonHasher(config.PASSCODE_PEPPER, config.PIN_PEPPER) },
  };
  const sounds = soundsOf(storage);
  const live = new LiveFeed(db, config.DATABASE_URL);
  const softphone = softphoneOf(config);
  const staff = { ...(await staffOf(config)), refunds, documents, sounds, live, desk, ...softphone };
  const { FAMILY_LINE_NUMBER: line } = config;
  const now = () => new Date();
  const questions = { questions: { now, notify: notifyWith(questionWords(line), now) }, line };
  const metrics = newMetrics('api');
  const certificate = certificateFilesOf(config);
  const server = apiServer({
    answered: countAnswers(metrics),
    ...{
      db,
      token,
      health,
      metrics,
      log,
      cards,
      desk,
      identity,
      staff,
      family,
      events: new EventFeed(db, config.DATABASE_URL),
      webhooks: { keys: webhookKeys(config.IDENTITY_SECRET), now },
      ...(config.ALLOWED_ORIGINS && { origins: config.ALLOWED_ORIGINS }),
      questions,
      ...(texts && { texts }),
      ...(tokenBefore !== undefined && { tokenBefore }),
    },
    console: bundleConsole,
    ...(certificate && { tls: { ...readPair(certificate), ...TLS } }),
    ...(config.TRUSTED_PROXIES !== undefined && { trustProxy: config.TRUSTED_PROXIES }),
  });
  await server.listen({ host, port });
  const stopLooking = certificate && keepFresh(server.server as TlsServer, certificate, { log });
  return {
    ports: { http: (server.server.address() as AddressInfo).port },
    stop: async () => {
      stopLooking?.();
      await server.close();
      darkroom.close();
      studio.close();
      await db.destroy();
    },
  };
});

function hearWith(gateway: CardGateway, deposits: DepositDeps, log: Logger) {
  return async (rawBody: Buffer, signature: string) => {
    const event = gateway.readWebhook(rawBody, signature, deposits.now());
    const heard = await hearGateway(deposits, event);
    const { eventId, kind } = event;
    // Where the gateway's books are not ours, a person must look: the event's id leads there.
    const level = heard === 'contradicts' || heard === 'disputed' ? 'error' : heard === 'corrected' ? 'warn' : 'info';
    log[level]({ event: eventId, kind, heard }, 'the card gateway told something');
  };
}

/** Where the telephone in an agent's page registers, when there is such a place. */
const softphoneOf = ({ SOFTPHONE_URL: url, SIP_REALM: realm }: Config) =>
  url === undefined ? {} : { softphone: { url, realm } };

async function identityOf({ IDENTITY_SECRET: secret, PASSCODE_PEPPER, PIN_PEPPER }: Config): Promise<IdentityDeps> {
  const now = () => new Date();
  return {
    ...{ now, keys: identityKeys(secret), notify: notifyWith(identityWords, now) },
    ...{ passwords: await secretHasher(secret, 'password'), answers: await secretHasher(secret, 'answer') },
    passcodes: await argonHasher(PASSCODE_PEPPER, PIN_PEPPER),
  };
}
