import type { Cases } from '../run.ts';
import type { Scene } from '../scene.ts';

/** Applications that set things, and commands of the media server that ask or plan. */
export const commands: Cases = {
  'set, and what it sets': async (scene) => {
    const a = await scene.endpoint('A');
    await a.set('color', 'deep blue');
    await a.execute('set', 'twice=${color} and ${color}');
    await a.execute('set', 'color=');
    await a.execute('unset', 'twice');
    for (const name of ['color', 'twice']) await a.api('uuid_getvar', name);
  },
  'set without a value': async (scene) => {
    const a = await scene.endpoint('A');
    await a.execute('set', 'alone');
    await a.execute('set');
  },
  multiset: async (scene) => {
    const a = await scene.endpoint('A');
    await a.execute('multiset', '^^^one=1^two=2 and more^three=');
    await a.execute('multiset', 'four=4 five=5');
    await a.execute('multiset', '^^:six=6:seven=7');
  },
  multiunset: async (scene) => {
    const a = await scene.endpoint('A');
    await a.execute('multiset', '^^^one=1^two=2');
    await a.execute('multiunset', '^^^one^two');
  },
  export: async (scene) => {
    const a = await scene.endpoint('A');
    await a.execute('export', 'shared=yes');
    await a.execute('export', 'nolocal:far=yes');
  },
  expansions: async (scene) => {
    const a = await scene.endpoint('A');
    await a.set('where', 'home');
    await a.execute('set', 'a=${where}$${nothing}${none}');
    await a.execute('set', 'b=${where:1:2}');
    await a.execute('set', "c='quoted'");
    await a.execute('set', 'd=\\${where}');
    for (const name of ['a', 'b', 'c', 'd']) await a.api('uuid_getvar', name);
  },
  'answer, which it is': async (scene) => {
    const a = await scene.endpoint('A');
    await a.execute('answer');
    await a.execute('pre_answer');
    await a.execute('ring_ready');
  },
  sleep: async (scene) => {
    const a = await scene.endpoint('A');
    await a.execute('sleep', '100');
    const id = await a.start('sleep', '3000');
    await a.execute('set', 'inside=sleep');
    await a.api('uuid_break');
    await a.over(id);
  },
  set_mute: async (scene) => {
    const a = await scene.endpoint('A');
    for (const argument of ['read true', 'read false', 'write true', 'write false'])
      await a.execute('set_mute', argument);
    scene.silence('A events');
  },
  echo: async (scene) => {
    const a = await scene.endpoint('A');
    const id = await a.start('echo');
    await a.rtp.next((packet) => packet.type === 0);
    await a.api('uuid_break');
    await a.over(id);
  },
  'log, info, event': async (scene) => {
    const a = await scene.endpoint('A');
    await a.execute('log', 'DEBUG hello');
    await a.execute('event', 'Event-Subclass=my::news,Event-Name=CUSTOM,hello=world');
  },
  'respond, deflect: applications nobody has': async (scene) => {
    const a = await scene.endpoint('A');
    await a.start('no_such_application', 'x');
    await a.phone.next('BYE');
    await scene.end(a);
  },
  'sched_hangup of the application': async (scene) => {
    const a = await scene.endpoint('A');
    await a.execute('sched_hangup', '+1 ALLOTTED_TIMEOUT');
    await a.phone.next('BYE');
    await scene.end(a);
  },
  uuid_exists: async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_exists');
    await a.control.api('uuid_exists nobody');
    await a.control.api('uuid_exists');
  },
  'uuid_getvar, uuid_setvar, uuid_setvar_multi': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_getvar', 'color');
    await a.api('uuid_setvar', 'Color deep blue');
    await a.api('uuid_getvar', 'color');
    await a.api('uuid_setvar', 'color');
    await a.api('uuid_getvar', 'color');
    await a.api('uuid_setvar_multi', 'a=1;b=two words;c=');
    for (const name of ['a', 'b', 'c']) await a.api('uuid_getvar', name);
    for (const command of ['uuid_getvar', 'uuid_setvar', 'uuid_setvar_multi']) {
      await a.control.api(`${command} nobody x y`);
      await a.control.api(command);
    }
  },
  uuid_dump: async (scene) => {
    const a = await scene.endpoint('A');
    await a.set('odd', 'a b: 100%');
    const plain = await a.events.api(`uuid_dump ${a.uuid}`);
    const lines = plain.split('\n').filter((line) => line !== '');
    scene.fact(
      'plain',
      Object.fromEntries(
        lines.map((line) => [
          line.slice(0, line.indexOf(': ')),
          decodeURIComponent(line.slice(line.indexOf(': ') + 2)),
        ]),
      ),
    );
    const json = JSON.parse(await a.events.api(`uuid_dump ${a.uuid} json`)) as Record<string, string>;
    scene.fact('json', { odd: json['variable_odd'] ?? 'none', keys: Object.keys(json).length > 50 ? 'many' : 'few' });
    await a.control.api('uuid_dump nobody');
    await a.control.api('uuid_dump');
  },
  uuid_set_media_stats: async (scene) => {
    const a = await scene.endpoint('A');
    await a.rtp.speaks(5);
    await a.api('uuid_set_media_stats');
    await a.execute('set', 'after=stats');
    await a.control.api('uuid_set_media_stats nobody');
    await a.control.api('uuid_set_media_stats');
  },
  'uuid_kill: words that are wrong': async (scene) => {
    const a = await scene.endpoint('A');
    await a.control.api('uuid_kill nobody');
    await a.control.api('uuid_kill');
  },
  'uuid_break: words that are wrong': async (scene) => {
    const a = await scene.endpoint('A');
    await a.control.api('uuid_break nobody');
    await a.control.api('uuid_break');
  },
  'uuid_send_dtmf, uuid_recv_dtmf: words that are wrong': async (scene) => {
    const a = await scene.endpoint('A');
    for (const command of ['uuid_send_dtmf', 'uuid_recv_dtmf']) {
      await a.control.api(`${command} nobody 1`);
      await a.control.api(command);
      await a.api(command);
    }
  },
  'uuid_flush_dtmf, uuid_audio, uuid_hold': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_flush_dtmf');
    await a.api('uuid_audio', 'start read mute 1');
    await a.api('uuid_audio', 'stop');
  },
  sched_api: async (scene) => {
    const a = await scene.endpoint('A');
    await planned(a.events.api(`sched_api +1 ${a.uuid} uuid_setvar ${a.uuid} due yes`), scene);
    await a.control.api('sched_api');
    await a.control.api(`sched_del ${a.uuid}`);
    await a.control.api('sched_del 99999999');
  },
  sched_hangup: async (scene) => {
    const a = await scene.endpoint('A');
    await planned(a.events.api(`sched_hangup +1 ${a.uuid} ALLOTTED_TIMEOUT`), scene);
    await a.phone.next('BYE');
    await scene.end(a);
  },
  'sched_transfer, sched_broadcast': async (scene) => {
    const a = await scene.endpoint('A');
    await planned(a.events.api(`sched_broadcast +1 ${a.uuid} ${scene.sound('short.wav')} aleg`), scene);
    await a.events.next('PLAYBACK_STOP');
    await planned(a.events.api(`sched_transfer +1 ${a.uuid} park inline`), scene);
    await a.events.next('CHANNEL_PARK');
  },
  'sched: words that are wrong': async (scene) => {
    const a = await scene.endpoint('A');
    for (const command of ['sched_hangup', 'sched_transfer', 'sched_broadcast', 'sched_del'])
      await a.control.api(command);
  },
  'sofia status': async (scene) => {
    const socket = await scene.socket();
    const table = await socket.ask('api sofia status', 'sofia status');
    const line = table.body.split('\n').find((one) => /^\s*drachtio_mrf\s/.test(one)) ?? '';
    const address = /sip:mod_sofia@127\.0\.0\.1:\d+/.exec(line)?.[0] ?? 'none';
    scene.silence('socket replies');
    scene.fact('profile', { address, state: /RUNNING \(\d+\)/.test(line) ? 'RUNNING (n)' : line });
  },
  'show channels': async (scene) => {
    const a = await scene.endpoint('A');
    let row: Record<string, string> | undefined;
    // FreeSWITCH reads its channels from a table that is written a little later
    while (!row) {
      const shown = JSON.parse(await a.events.api('show channels as json')) as { rows?: Record<string, string>[] };
      row = shown.rows?.find(({ uuid }) => uuid === a.uuid);
    }
    scene.fact('row', { ...row, created: '<time>', created_epoch: '<time>', application: '', application_data: '' });
    const text = await a.events.api('show channels');
    scene.fact('text', {
      columns: text.split('\n')[0] ?? '',
      total: /\n\d+ total\.\n$/.test(text) ? 'told' : 'missing',
    });
    const count = await a.events.api('show channels count');
    scene.fact('count', { form: count.replace(/\d+/, '<n>') });
  },
  'show calls': async (scene) => {
    const socket = await scene.socket();
    const text = await socket.ask('api show calls count', 'calls');
    scene.silence('socket replies');
    scene.fact('count', { form: text.body.replace(/\d+/, '<n>') });
  },
  'status, version, hostname': async (scene) => {
    const socket = await scene.socket();
    const status = await socket.ask('api status', 'status');
    scene.silence('socket replies');
    const lines = status.body.split('\n').map((line) => line.replace(/[\d.]+/g, '<n>'));
    scene.fact('status', Object.fromEntries(lines.map((line, n) => [`line ${n + 1}`, line])));
    const version = (await socket.ask('api version', 'version')).body;
    scene.fact('version', { form: version.replace(/\d[\w.~+-]*/g, '<v>').replace(/\(.*\)/, '(...)') });
  },
  'a command nobody has': async (scene) => {
    const socket = await scene.socket();
    await socket.api('fly me');
    await socket.api('constructor');
    await socket.ask('api');
  },
  'create_uuid, strftime, expr: small commands': async (scene) => {
    const socket = await scene.socket();
    await socket.api('create_uuid');
    await socket.api('echo hello there');
    await socket.api('global_setvar conformance=yes');
    await socket.api('global_getvar conformance');
    await socket.api('global_getvar nothing');
    await socket.api('module_exists mod_sofia');
    await socket.api('module_exists mod_nothing');
  },
  'conference, of which there is none': async (scene) => {
    const socket = await scene.socket();
    await socket.api('conference room list');
    await socket.api('conference room kick all');
  },
  'joins a conference': async (scene) => {
    const a = await scene.endpoint('A', { subscribed: true, speaks: false });
    const room = scene.room('room');
    const id = await a.start('conference', `${room}@default`);
    for (const socket of [a.events, a.control]) await socket.next((event) => event['Action'] === 'floor-change');
    await a.control.api(`conference ${room} list count`);
    await a.control.api(`conference ${room} mute 999`);
    const kicked = await a.events.api(`conference ${room} kick all`);
    scene.fact('kicked', { answer: kicked.replace(/\d+/, '<id>') });
    await a.over(id);
  },
};

async function planned(answer: Promise<string>, scene: Scene): Promise<void> {
  scene.fact('planned', { answer: (await answer).replace(/\d+/, '<id>') });
}
