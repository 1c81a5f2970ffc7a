import type { Cases } from '../run.ts';

const nobody = '00000000-0000-4000-8000-000000000000';

/** Commands of the event socket itself. */
export const sockets: Cases = {
  'a wrong password': async (scene) => {
    const socket = await scene.socket('stranger', { authorised: false });
    await socket.told('auth/request');
    await socket.ask('auth guess', 'a guess');
    await socket.closed;
  },
  'a command before the password': async (scene) => {
    const socket = await scene.socket('stranger', { authorised: false });
    await socket.told('auth/request');
    await socket.ask('api status');
    await socket.ask('event json ALL');
  },
  'a command nobody has': async (scene) => {
    const socket = await scene.socket();
    await socket.ask('dance');
    await socket.ask('connect');
    await socket.ask('getvar x');
  },
  'event, nixevent, noevents': async (scene) => {
    const socket = await scene.socket();
    for (const command of [
      'event',
      'event json',
      'event json HEARTBEAT',
      'event plain CHANNEL_ANSWER CUSTOM my::news',
      'event xml CHANNEL_ANSWER',
      'event json NO_SUCH_EVENT',
      'nixevent HEARTBEAT',
      'nixevent',
      'noevents',
      'noevents',
    ])
      await socket.ask(command);
    scene.silence('socket events');
  },
  filter: async (scene) => {
    const socket = await scene.socket();
    for (const command of [
      'filter',
      'filter Unique-ID',
      `filter Unique-ID ${nobody}`,
      'filter delete',
      'filter delete Unique-ID',
      `filter delete Unique-ID ${nobody}`,
      'filter delete all',
    ])
      await socket.ask(command);
  },
  'myevents, linger, nolinger, divert_events': async (scene) => {
    const socket = await scene.socket();
    for (const command of [
      'linger',
      'nolinger',
      `myevents ${nobody}`,
      'myevents',
      'divert_events on',
      'divert_events off',
      'resume',
    ])
      await socket.ask(command);
    scene.silence('socket events');
  },
  'the same of a controller': async (scene) => {
    const a = await scene.endpoint('A');
    for (const command of [
      'linger',
      'nolinger',
      'divert_events on',
      'divert_events off',
      'resume',
      'getvar uuid',
      'getvar nothing',
      'myevents json',
    ])
      await a.control.ask(command);
    scene.silence('A controller events');
  },
  'log, nolog': async (scene) => {
    const socket = await scene.socket();
    await socket.ask('log 0');
    await socket.ask('nolog');
    await socket.ask('nolog');
  },
  exit: async (scene) => {
    const socket = await scene.socket();
    await socket.ask('exit');
    await socket.closed;
  },
  'sendmsg to nobody': async (scene) => {
    const socket = await scene.socket();
    await socket.ask(`sendmsg ${nobody}\ncall-command: execute\nexecute-app-name: set`);
    await socket.ask('sendmsg', 'sendmsg without a channel');
  },
  'sendmsg that hangs up': async (scene) => {
    const a = await scene.endpoint('A');
    await a.control.ask(`sendmsg ${a.uuid}\ncall-command: hangup\nhangup-cause: USER_BUSY`, 'hangup');
    await a.phone.next('BYE');
    await scene.end(a);
  },
  'sendmsg of another connection': async (scene) => {
    const a = await scene.endpoint('A');
    const socket = await scene.socket();
    const id = '00000000-0000-4000-8000-00000000000a';
    scene.names.know(id, 'execution');
    await socket.ask(
      `sendmsg ${a.uuid}\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: by=other\nEvent-UUID: ${id}`,
      'execute',
    );
    await a.over(id);
  },
  'sendmsg with its argument as a body': async (scene) => {
    const a = await scene.endpoint('A');
    const id = '00000000-0000-4000-8000-00000000000b';
    scene.names.know(id, 'execution');
    const head = `sendmsg ${a.uuid}\ncall-command: execute\nexecute-app-name: set\nEvent-UUID: ${id}`;
    await a.control.ask(`${head}\ncontent-type: text/plain\ncontent-length: 9\n\nbody=long`, 'execute');
    await a.over(id);
  },
  bgapi: async (scene) => {
    const socket = await scene.socket();
    await socket.ask('event json BACKGROUND_JOB');
    const id = '00000000-0000-4000-8000-00000000000c';
    scene.names.know(id, 'job');
    await socket.ask(`filter Job-UUID ${id}`);
    await socket.ask(`bgapi global_getvar nothing\nJob-UUID: ${id}`, 'bgapi');
    await socket.next('BACKGROUND_JOB');
  },
  'bgapi without an id': async (scene) => {
    const socket = await scene.socket();
    await socket.ask('bgapi hostname');
    scene.fact('answered', {});
    await socket.ask('bgapi');
  },
  'events as plain text': async (scene) => {
    const a = await scene.endpoint('A');
    await a.control.ask(`filter Unique-ID ${a.uuid}`, 'filter');
    await a.control.ask('event plain CHANNEL_EXECUTE_COMPLETE');
    await a.execute('set', 'odd=a b: 100%');
    await a.control.next('CHANNEL_EXECUTE_COMPLETE set');
  },
  'filters, of which any passes': async (scene) => {
    const a = await scene.endpoint('A');
    await a.control.ask('filter Application log', 'filter');
    await a.control.ask('event json CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE');
    await a.execute('set', 'a=1');
    await a.execute('log', 'DEBUG x');
    await a.control.next('CHANNEL_EXECUTE_COMPLETE log');
  },
  sendevent: async (scene) => {
    const socket = await scene.socket();
    await socket.ask('event json CUSTOM my::conformance');
    await socket.ask('sendevent CUSTOM\nEvent-Subclass: my::conformance\nhello: world', 'sendevent');
    await socket.next('CUSTOM my::conformance');
  },
};
