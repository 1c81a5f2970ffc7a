import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { SettingError } from './setting.ts';

/** A setting as the file has it: its path below `<drachtio>`, `@` before an attribute, and its text. */
export interface Leaf {
  readonly path: string;
  readonly value: string;
  /** Which of several siblings it belongs to, e.g. which `request-handler`. */
  readonly group: number;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#text',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
});

/**
 * Reads drachtio.conf.xml.
 * @throws SettingError when it is no XML, or none of drachtio's
 */
export const readConf = (text: string): readonly Leaf[] => {
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw new SettingError(`no XML in line ${valid.err.line}: ${valid.err.msg}`);
  const root = (parser.parse(text) as Record<string, unknown>)['drachtio'];
  if (root === undefined) throw new SettingError('no <drachtio> in it');
  const leaves: Leaf[] = [];
  let group = 0;
  const walk = (node: unknown, path: string): void => {
    if (Array.isArray(node)) return node.forEach((one) => walk(one, path));
    if (typeof node === 'string') {
      group += 1;
      leaves.push({ path, value: node, group });
    } else if (typeof node === 'object' && node !== null) {
      const own = (group += 1);
      const entries = Object.entries(node as Record<string, unknown>);
      // What an element is called comes before what it holds.
      for (const [name, child] of entries)
        if (name.startsWith('@')) leaves.push({ path: path + name, value: String(child), group: own });
      for (const [name, child] of entries) {
        if (name === '#text') leaves.push({ path, value: String(child), group: own });
        else if (!name.startsWith('@')) walk(child, path === '' ? name : `${path}/${name}`);
      }
    }
  };
  walk(root, '');
  return leaves.filter(({ path }) => path !== '');
};
