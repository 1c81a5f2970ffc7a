import { main, report } from '../child.ts';

/* A process for the tests of those who start processes: BEHAVIOUR says what it does. */
const forever = new Promise<never>((_resolve) => setInterval(() => undefined, 60_000));
main('test', async (_config, _log, end) => {
  report('it begins');
  switch (process.env['BEHAVIOUR'] ?? '') {
    case 'fails':
      throw new Error('no reason\nat all');
    case 'full-disk':
      throw Object.assign(new Error('write'), { code: 'ENOSPC', path: '/full' });
    case 'never-serves':
      await forever;
      break;
    case 'dies':
      return process.kill(process.pid, 'SIGKILL') as never;
    case 'ends':
      setImmediate(() => end('it wants to'));
      break;
    case 'never-stops':
      return { ports: {}, stop: () => forever };
    case 'cannot-stop':
      return { ports: {}, stop: () => Promise.reject(new Error('no')) };
  }
  return { ports: { http: 8_123 }, stop: async () => undefined };
});
