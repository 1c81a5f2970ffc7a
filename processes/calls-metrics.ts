import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { NoteSpool } from '#ivr/cdr/note-spool.ts';
import type { Meter } from '#ivr/meter.ts';
import type { MediaServers } from '#media/servers/media-servers.ts';

/** Counts the calls of a process: those in progress, how those that ended did, and those that were refused or shed. */
export function meterOf(metrics: Registry): Meter {
  const registers = [metrics];
  const current = new Gauge({ name: 'homeline_calls', help: 'Calls in progress', registers });
  const seconds = new Histogram({
    name: 'homeline_call_seconds',
    help: 'Calls that ended, by disposition, with their length',
    labelNames: ['disposition'],
    buckets: [5, 15, 30, 60, 120, 300, 600, 900, 1800],
    registers,
  });
  const refused = new Counter({
    name: 'homeline_refused_total',
    help: 'Requests refused',
    labelNames: ['status'],
    registers,
  });
  const shed = new Counter({
    name: 'homeline_shed_total',
    help: 'Calls refused because of the load of this process',
    labelNames: ['why'],
    registers,
  });
  const pins = new Counter({
    name: 'homeline_wrong_pins_total',
    help: 'PINs that nobody has (wrong), phones locked by them (lock), facilities with too many in an hour (alarm)',
    labelNames: ['facility', 'what'],
    registers,
  });
  return {
    callBegan: () => current.inc(),
    callEnded: (disposition, length) => {
      current.dec();
      seconds.observe({ disposition }, length);
    },
    refusedRequest: (status) => refused.inc({ status }),
    shed: (why) => shed.inc({ why }),
    wrongPin: (facility, what) => pins.inc({ facility, what }),
  };
}

/** How many notes about calls the disk keeps for the database, looked up when it is asked for. */
export function observeNotes(metrics: Registry, notes: Pick<NoteSpool, 'size'>): void {
  new Gauge({
    name: 'homeline_notes_waiting',
    help: 'Notes about calls that wait on disk until the database is back',
    registers: [metrics],
    collect() {
      this.set(notes.size);
    },
  });
}

/** Which media servers serve, and what each carries as far as it has said so. */
export function observeMedia(metrics: Registry, media: Pick<MediaServers, 'dump'>): void {
  const gauge = (name: string, help: string, value: (server: ReturnType<MediaServers['dump']>[number]) => number) =>
    new Gauge({
      ...{ name, help, labelNames: ['media'], registers: [metrics] },
      collect() {
        this.reset();
        for (const server of media.dump()) this.set({ media: server.name }, value(server));
      },
    });
  gauge('homeline_media_serves', 'Whether a media server serves', ({ serves }) => Number(serves));
  gauge('homeline_media_sessions', 'Channels on a media server, of all processes', ({ sessions }) => sessions);
}
