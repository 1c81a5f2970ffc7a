import { join } from 'node:path';
import type { Database } from '#db/connect.ts';
import { openDatabase } from '#db/connect.ts';
import { listServedFacilities } from '#db/facilities.ts';
import { languages } from '#flows/language.ts';
import type { Utterance } from '#flows/utterance.ts';
import { familyLineUtterances, utterancesOf } from '#flows/script.ts';
import type { Log } from '#ivr/cdr/call-record.ts';
import { systemClock } from '#ivr/clock.ts';
import { NoteSpool } from '#ivr/cdr/note-spool.ts';
import { NodeWatch } from '#ivr/node-watch.ts';
import type { Platform } from '#ivr/platform.ts';
import { CallService } from '#ivr/service.ts';
import { PromptStore } from '#media/prompts/prompt-store.ts';
import { Sequences } from '#media/prompts/sequence.ts';
import { readAddresses } from '#media/servers/address.ts';
import { connector, MediaServers } from '#media/servers/media-servers.ts';
import { firstThatServes, homeIsBack, inTurn, type SipAddress } from '#sip-proxy/choose-server.ts';
import { SipServer } from '#sip-proxy/drachtio.ts';
import { readTrunks } from '#sip-proxy/trunks/trunk.ts';
import { meterOf, observeMedia, observeNotes } from './calls-metrics.ts';
import { main, report } from './child.ts';
import { familyLineOf } from './family-line.ts';
import { allWell, databaseHealth } from './health.ts';
import { watchLoopDelay } from './loop-delay.ts';
import { newMetrics, observe } from './observe.ts';
import { openSpool } from './spool.ts';

/** The application: answers, asks, places, bridges and records calls. */
main('ivr', async (config, log, end) => {
  if (config.DATABASE_URL === undefined)
    throw new Error('DATABASE_URL says where the database is; `npm start` sets it');
  const spoolFolder = join(config.VAR_FOLDER, 'spool');
  await openSpool(spoolFolder);
  const db = openDatabase(config.DATABASE_URL, { name: 'homeline ivr', byIndex: true });
  const prompts = new PromptStore({
    cacheFolder: config.PROMPT_FOLDER,
    ...(config.ARTIST_FOLDER === undefined ? {} : { artistFolder: config.ARTIST_FOLDER }),
    log,
  });
  for (const language of languages) {
    const utterances = new Map<string, Utterance>();
    for (const { name, offerKeys } of await listServedFacilities(db))
      for (const utterance of utterancesOf(language, [name], { ...offerKeys })) utterances.set(utterance.id, utterance);
    const begun = performance.now();
    await prompts.prepare(language, utterances.values(), (done, total) => {
      if (performance.now() - begun > 2_000 && done % 20 === 0)
        report(`Making the prompts, once: ${done} of ${total} in ${language === 'en' ? 'English' : 'Spanish'} ...`);
    });
  }

  const { DRACHTIO, DRACHTIO_HOST, DRACHTIO_PORT, DRACHTIO_SECRET: secret } = config;
  const connect = (at: SipAddress) => SipServer.connect({ ...at, secret });
  const sipServers = inTurn(
    DRACHTIO === undefined ? [{ host: DRACHTIO_HOST, port: DRACHTIO_PORT }] : readAddresses(DRACHTIO, DRACHTIO_PORT),
    config.NODE_NAME,
  );
  const { sip, own } = await firstThatServes(sipServers, connect, log);
  const { FREESWITCH, FREESWITCH_HOST, FREESWITCH_PORT, FREESWITCH_SECRET, MEDIA_HOST } = config;
  const media = await MediaServers.open({
    addresses:
      FREESWITCH === undefined
        ? [{ host: FREESWITCH_HOST, port: FREESWITCH_PORT }]
        : readAddresses(FREESWITCH, FREESWITCH_PORT),
    connect: connector(sip.client, { secret: FREESWITCH_SECRET, listenHost: MEDIA_HOST }, systemClock),
    ...{ clock: systemClock, log },
  });
  // Its calls are lost with it; a fresh process connects anew and closes what is left.
  sip.lost.addEventListener('abort', () => end(String(sip.lost.reason)), { once: true });

  const metrics = newMetrics('ivr');
  const notes = await NoteSpool.open({
    folder: join(spoolFolder, 'notes', config.NODE_NAME),
    db,
    clock: systemClock,
    log,
  });
  observeNotes(metrics, notes);
  observeMedia(metrics, media);
  const { FAMILY_LINE_NUMBER: familyNumber } = config;
  const platform: Platform = {
    sip,
    media,
    db,
    notes,
    prompts,
    sequences: await Sequences.open(config.PROMPT_FOLDER, config.NODE_NAME),
    clock: systemClock,
    log,
    meter: meterOf(metrics),
    loopDelayMs: watchLoopDelay(),
    ...(familyNumber === undefined ? {} : { familyLine: await familyLineOf(familyNumber, config, db, log) }),
    terms: {
      node: config.NODE_NAME,
      realm: config.SIP_REALM,
      digestSecret: config.DIGEST_SECRET,
      pinPepper: config.PIN_PEPPER,
      wrongPinsAnHour: config.WRONG_PINS_PER_HOUR,
      spoolFolder,
      callingNumber: config.CALLING_NUMBER,
      trunks: readTrunks(config.TRUNKS),
      ringSeconds: config.RING_SECONDS,
      warningSeconds: config.WARNING_SECONDS,
      probeSeconds: config.PROBE_SECONDS,
      blockSeconds: config.BLOCK_SECONDS,
      limits: {
        maxCalls: config.MAX_CALLS,
        maxStartsPerSecond: config.MAX_STARTS_PER_SECOND,
        burst: Math.max(1, 2 * config.MAX_STARTS_PER_SECOND),
        maxLoopDelayMs: config.MAX_LOOP_DELAY_MS,
      },
      serviceUsers: ['homeline', 'home', '0'],
    },
  };
  const watch = await NodeWatch.begin(platform, config.NODE_LEASE_SECONDS);
  const service = await CallService.start(platform);
  void watch.keep();
  const leaving = new AbortController();
  const [home] = sipServers;
  // A fresh process is at its own server again.
  if (!own && home)
    void homeIsBack(
      { at: home, connect, idle: () => service.callsInProgress === 0, clock: systemClock },
      leaving.signal,
    ).then(
      () => end('its own SIP server is back'),
      () => undefined,
    );
  if (familyNumber !== undefined) void prepareFamilyLine(prompts, db, log);
  const servers = () => (sip.lost.aborted ? 'no SIP server' : media.serving === 0 ? 'no media server' : 'ok');
  const observed = await observe(
    config.OBSERVE_PORT,
    metrics,
    servers,
    () => ({ calls: service.dump(), media: media.dump() }),
    {
      host: config.OBSERVE_HOST,
      ready: () =>
        allWell(
          () => (service.takesCalls ? 'ok' : 'draining'),
          servers,
          () => (media.open ? 'ok' : 'the media servers are full'),
          () => databaseHealth(db),
        ),
      drainable: { drain: (on) => service.rest(on), left: () => service.callsInProgress },
    },
  );
  return {
    ports: { observe: observed.port },
    stop: async () => {
      leaving.abort();
      if (sip.lost.aborted) await service.leave(1);
      else await service.drain(config.DRAIN_SECONDS);
      await watch.stop();
      media.close();
      sip.close();
      notes.close();
      await db.destroy();
    },
  };
});

/** Makes what the 866 line says while calls go on already: a prompt that is not there yet is made when it is first told. */
async function prepareFamilyLine(prompts: PromptStore, db: Database, log: Log): Promise<void> {
  try {
    const names = (await listServedFacilities(db)).map(({ name }) => name);
    for (const language of languages) await prompts.prepare(language, familyLineUtterances(language, names));
  } catch (error) {
    log.error({ err: error }, 'not everything that the 866 line says could be made beforehand');
  }
}
