import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';
import { openApi } from '../openapi.ts';
// Its schemas are known by having been loaded.
import '../resources.ts';
import { signInRoute } from '../staff/sessions.ts';
import { staffRoutes } from '../staff/routes.ts';

const head = '/* Made by `npm run api-types` from the routes of api/staff; do not edit. */\n\n';
const ref = /"\$ref":"#\/components\/schemas\/([^"]+)"/g;

/** The types of what the agents' page asks and is answered, as console/api-types.ts should be. `path`: where they will lie, for their format. */
export async function consoleTypes(path: string): Promise<string> {
  const document = openApi([signInRoute, ...staffRoutes], []);
  const types = astToString(await openapiTS(withWhatIsUsed(document) as unknown as OpenAPI3));
  return format(head + types, { ...(await resolveConfig(path)), filepath: path });
}

/** Other routes that are loaded have schemas as well; those that ours lead to are kept. */
function withWhatIsUsed(document: Record<string, unknown>): Record<string, unknown> {
  const { schemas, ...components } = document['components'] as { schemas: Record<string, unknown> };
  const used = new Set<string>();
  const follow = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(ref)) {
      if (used.has(name)) continue;
      used.add(name);
      follow(schemas[name]);
    }
  };
  follow(document['paths']);
  const kept = Object.entries(schemas).filter(([name]) => used.has(name));
  return { ...document, components: { ...components, schemas: Object.fromEntries(kept.sort()) } };
}
