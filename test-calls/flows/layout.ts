import * as dagre from '@dagrejs/dagre';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/** A way from a box to another, with what stands at it. */
export interface Link {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

export interface LaidOut {
  readonly width: number;
  readonly height: number;
  /** The left upper corner of each box. */
  readonly corners: ReadonlyMap<string, Point>;
  readonly links: readonly (Link & { readonly points: readonly Point[]; readonly at: Point })[];
}

/** What we use of dagre, whose own declarations lack the extensions that TypeScript asks of them (TS2834). */
interface Dagre {
  readonly Graph: new (options: { readonly multigraph: boolean }) => DagreGraph;
  readonly layout: (graph: DagreGraph) => void;
}

interface DagreGraph {
  setGraph(options: object): void;
  setNode(id: string, size: { readonly width: number; readonly height: number }): void;
  setEdge(from: string, to: string, label: object, name: string): void;
  graph(): { readonly width?: number; readonly height?: number };
  node(id: string): Point;
  edge(from: string, to: string, name: string): Point & { readonly points: readonly Point[] };
}

const { Graph, layout } = dagre as unknown as Dagre;

/** Puts boxes below one another, along their ways. */
export function layOut(boxes: readonly Box[], links: readonly Link[]): LaidOut {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 26, edgesep: 18, ranksep: 30, marginx: 0, marginy: 0 });
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height });
  for (const { from, to, label } of links)
    graph.setEdge(from, to, { width: labelWidth(label), height: 18, labelpos: 'c' }, label);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    corners: new Map(
      boxes.map(({ id, width, height }) => {
        const { x, y } = graph.node(id);
        return [id, { x: x - width / 2, y: y - height / 2 }];
      }),
    ),
    links: links.map((link) => {
      const { points, x, y } = graph.edge(link.from, link.to, link.label);
      return { ...link, points, at: { x, y } };
    }),
  };
}

/** Of a label with room at both sides. */
export const labelWidth = (label: string): number => 14 + label.length * 6.6;
