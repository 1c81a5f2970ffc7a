import type { Cases } from '../run.ts';

/** Commands of the admin protocol that carry no SIP message. */
export const admin: Cases = {
  'a wrong secret': async (scene) => {
    const app = await scene.stranger();
    await app.ask('authenticate|guess');
    await app.closed;
  },
  'the right secret, with tags': async (scene) => {
    const app = await scene.stranger();
    await app.ask(`authenticate|${scene.pair.adminSecret}|blue,green-2`, undefined, 'authenticate with tags');
  },
  'a ping': async (scene) => {
    const app = await scene.app();
    await app.ask('ping');
  },
  'a verb that is none': async (scene) => {
    const app = await scene.app();
    await app.ask('route|fly');
  },
  ...Object.fromEntries(
    'options register info prack update message subscribe notify refer publish cdr:attempt cdr:start cdr:stop'
      .split(' ')
      .map((verb) => [
        `route and remove_route of ${verb}`,
        async (scene: Parameters<Cases[string]>[0]) => {
          const app = await scene.app();
          await app.ask(`route|${verb}`);
          await app.ask(`remove_route|${verb}`);
        },
      ]),
  ),
  'a type that is none': async (scene) => {
    const app = await scene.app();
    await app.ask('dance');
    await app.closed;
  },
  'no number before a message': async (scene) => {
    const app = await scene.app();
    app.write('x#hello');
    await app.closed;
  },
  'a response that names no transaction': async (scene) => {
    const app = await scene.app();
    await app.ask('sip||', 'SIP/2.0 200 OK\r\n\r\n', 'sip 200');
  },
  'two commands in one piece': async (scene) => {
    const app = await scene.app();
    app.write('6#a|ping6#b|ping');
    await app.fence();
  },
};
