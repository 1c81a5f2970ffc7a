import { createHash } from 'node:crypto';
import { escaped, schemaText, type Schema } from './schema-text.ts';

interface Content {
  readonly [type: string]: { readonly schema: Schema };
}
interface Operation {
  readonly summary: string;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly description?: string;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}
/** The document that openApi() makes. */
export interface OpenApiDocument {
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const style = `:root{color-scheme:light dark;--line:#8884;--soft:#8881}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem}
h2{margin-top:3rem;border-bottom:1px solid var(--line)}h3{margin:2rem 0 .25rem;font-size:1rem}
code,pre{font:14px/1.45 ui-monospace,monospace}pre{background:var(--soft);padding:.75rem;overflow-x:auto;white-space:pre-wrap}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line)}
nav ul{columns:3 14rem;padding-left:1rem}.door{float:right;opacity:.75}i{opacity:.75}
a:focus-visible,summary:focus-visible{outline:3px solid currentColor;outline-offset:2px}`;

/** The style is named by its hash: nothing else of the page is let do anything. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;

/** Who may ask, by the security schemes of an operation. */
const doors: Readonly<Record<string, string>> = {
  token: 'service’s token',
  family: 'signed-in family',
  staff: 'signed-in staff',
};
const doorOf = ({ security = [{ token: [] }] }: Operation): string => {
  const [scheme] = security.flatMap((one) => Object.keys(one));
  return scheme === undefined ? 'anybody' : (doors[scheme] ?? scheme);
};

/** By what the path is about: its first word after the version, and of staff the one after that. */
const groupOf = (path: string): string => {
  const [, , first = 'other', second] = path.split('/');
  return first === 'staff' && second !== undefined ? `staff: ${second}` : first;
};
const idOf = (method: string, path: string): string => `${method}-${path.replaceAll(/[^A-Za-z0-9]+/g, '-')}`;

const shape = (content: Content | undefined): string => {
  const [first] = Object.entries(content ?? {});
  return first ? `<pre>${schemaText(first[1].schema)}</pre>` : '';
};

function operationHtml(path: string, method: string, operation: Operation): string {
  const { summary, parameters = [], requestBody, responses } = operation;
  const rows = parameters.map(
    ({ name, in: where, required, description = '', schema }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${escaped(where)}${required ? ', needed' : ''}</td><td>${schemaText(schema)} <i>${escaped(description || (schema.description ?? ''))}</i></td></tr>`,
  );
  const good = Object.entries(responses).filter(([status]) => status < '300');
  const problems = Object.entries(responses).filter(([status]) => status >= '300');
  return [
    `<article id="${idOf(method, path)}"><h3><span class="door">${escaped(doorOf(operation))}</span><code>${method.toUpperCase()} ${escaped(path)}</code></h3>`,
    `<p>${escaped(summary)}</p>`,
    rows.length > 0 ? `<table><tr><th>name</th><th>in</th><th>value</th></tr>${rows.join('')}</table>` : '',
    requestBody ? `<p>Body</p>${shape(requestBody.content)}` : '',
    ...good.map(([status, { description, content }]) => `<p>${status} ${escaped(description)}</p>${shape(content)}`),
    `<p>Problems: ${problems.map(([status, { description }]) => `${status} ${escaped(description)}`).join(', ')}</p></article>`,
  ].join('\n');
}

/** The API as a page to read, made from its OpenAPI document: no script, nothing from elsewhere. */
export function docsPage({ info, paths, components }: OpenApiDocument): string {
  const groups = new Map<string, string[]>();
  for (const [path, methods] of Object.entries(paths))
    for (const [method, operation] of Object.entries(methods)) {
      const group = groupOf(path);
      groups.set(group, [...(groups.get(group) ?? []), operationHtml(path, method, operation)]);
    }
  const names = [...groups.keys()].sort();
  const schemas = Object.entries(components.schemas).sort(([one], [other]) => (one < other ? -1 : 1));
  const anchor = (name: string) => `group-${name.replaceAll(/[^A-Za-z0-9]+/g, '-')}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(info.title)} API</title><style>${style}</style></head><body>
<header><h1>${escaped(info.title)} API ${escaped(info.version)}</h1>
<p>As a document: <a href="/openapi.json">OpenAPI 3.1</a>. What goes wrong is told as <a href="#schema-Problem">problems</a> (RFC 9457), whose <code>type</code> does not change.</p></header>
<nav aria-label="Parts"><ul>${names.map((name) => `<li><a href="#${anchor(name)}">${escaped(name)}</a></li>`).join('')}<li><a href="#schemas">schemas</a></li></ul></nav>
<main>${names.map((name) => `<section id="${anchor(name)}"><h2>${escaped(name)}</h2>${(groups.get(name) ?? []).join('\n')}</section>`).join('\n')}
<section id="schemas"><h2>schemas</h2>${schemas.map(([name, schema]) => `<article id="schema-${escaped(name)}"><h3>${escaped(name)}</h3><p>${escaped(schema.description ?? '')}</p><pre>${schemaText(schema)}</pre></article>`).join('\n')}</section></main></body></html>
`;
}
