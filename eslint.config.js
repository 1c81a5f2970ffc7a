import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import ts from 'typescript-eslint';

/** Which rooms a room may import from: the arrows of the house. test-calls/ may look into every room. */
const arrows = {
  flows: [],
  'sip-stack': [],
  'sip-proxy': ['sip-stack'],
  media: ['sip-stack'],
  db: [],
  console: [],
  accounts: ['db'],
  ivr: ['flows', 'sip-proxy', 'media', 'accounts', 'db'],
  api: ['accounts', 'db'],
  jobs: ['media', 'accounts', 'db'],
  processes: ['flows', 'sip-proxy', 'media', 'accounts', 'db', 'ivr', 'api', 'jobs'],
};
const rooms = [...Object.keys(arrows), 'test-calls'];

/** The rule for one room; `meets` names the drachtio client that these files alone may import. */
const room = (name, { files = [`${name}/**/*.ts`], meets, browser } = {}) => {
  const closed = rooms.filter((other) => other !== name && !arrows[name].includes(other));
  const clients = ['drachtio-srf', 'drachtio-fsmrf'].filter((client) => client !== meets);
  const patterns = [
    {
      regex: `^#(${closed.join('|')})/`,
      message: `${name}/ may import only from: ${arrows[name].join(', ') || 'itself'}.`,
    },
    {
      regex: `^\\.\\./(.*/)?(${rooms.join('|')})/`,
      message: 'Cross into another room by its name (#room/file.ts), so that the arrow can be checked.',
    },
    {
      regex: `^(${clients.join('|')})$`,
      message: 'drachtio-srf is met in sip-proxy/drachtio.ts alone, drachtio-fsmrf in media/freeswitch.ts alone.',
    },
  ];
  if (name === 'flows')
    patterns.push({ regex: '^(node:|[a-z@])', message: 'flows/ is pure: no files, timers, SIP, SQL or packages.' });
  if (browser)
    patterns.push({
      regex: `^(?!\\.{1,2}/|${browser.join('|')})`,
      message: `console/ runs in a browser; what stands here imports ${browser.join(', ')}.`,
    });
  return { files, ignores: ['**/*.test.ts'], rules: { 'no-restricted-imports': ['error', { patterns }] } };
};

export default defineConfig(
  { ignores: ['node_modules', 'var', 'coverage'] },
  js.configs.recommended,
  ts.configs.recommendedTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      eqeqeq: 'error',
    },
  },
  ...Object.keys(arrows).map((name) => room(name)),
  // The page of the agents runs in a browser.
  room('console', { files: ['console/**/*.{ts,tsx}'], browser: ['preact', 'openapi-fetch'] }),
  room('console', { files: ['console/softphone/sip-phone.ts'], browser: ['sip\\.js$'] }),
  room('console', { files: ['console/qr/modules.ts'], browser: ['lean-qr$'] }),
  room('sip-proxy', { files: ['sip-proxy/drachtio.ts'], meets: 'drachtio-srf' }),
  room('media', { files: ['media/freeswitch.ts', 'media/endpoint.ts'], meets: 'drachtio-fsmrf' }),
  {
    files: ['**/*.js'],
    extends: [ts.configs.disableTypeChecked],
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
  },
);
