import type { Readiness, ReadinessProbe } from "../run/readiness-probe.ts";

export interface HandlerOptions {
  /** Path that says that the process lives; `/livez` when undefined. */
  readonly livez?: string;
  /** Path that says whether the schema is the one the program was built for; `/readyz` when undefined. */
  readonly readyz?: string;
}

/** What Node's `http` hands to a listener, and Express to a middleware. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
}
export interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body?: string): unknown;
}

/** The part of a Fastify instance that the plugin uses. */
export interface FastifyLike {
  get(path: string, handler: (request: unknown, reply: FastifyReplyLike) => Promise<unknown>): unknown;
}
export interface FastifyReplyLike {
  code(status: number): unknown;
  header(name: string, value: string): unknown;
}

/** The part of a Hono context that the middleware uses. */
export interface HonoContextLike {
  readonly req: { readonly path: string; readonly method: string };
}

/** `/livez` and `/readyz` for four frameworks, none of which is needed by this package. */
export interface ReadinessHandlers {
  /**
   * For Node's `http`: answers and gives true, or leaves the request alone and gives false.
   *
   * @example createServer(async (req, res) => { if (!(await handlers.node(req, res))) app(req, res); });
   */
  node(request: NodeRequest, response: NodeResponse): Promise<boolean>;
  /** For Express and Connect: `app.use(handlers.express)`. */
  express(request: NodeRequest, response: NodeResponse, next: (error?: unknown) => void): void;
  /** For Fastify: `app.register(handlers.fastify)`. */
  fastify(app: FastifyLike): Promise<void>;
  /** For Hono: `app.use(handlers.hono)`. */
  hono(context: HonoContextLike, next: () => Promise<void>): Promise<Response | undefined>;
}

interface Answer {
  readonly status: 200 | 503;
  readonly body: Readonly<Record<string, unknown>>;
}

/** `no-store`: a proxy that keeps a verdict would outlive the probe's own cache. */
const HEADERS = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };

/** Answers 200 or, with the reason, 503. `/livez` never touches the database. */
export function readinessHandlers(probe: ReadinessProbe, options: HandlerOptions = {}): ReadinessHandlers {
  const { livez = "/livez", readyz = "/readyz" } = options;
  const answer = async (path: string, method: string | undefined): Promise<Answer | undefined> => {
    if (method !== "GET" && method !== "HEAD") {
      return undefined;
    }
    return path === livez ? ALIVE : path === readyz ? answerOf(await probe.check()) : undefined;
  };
  const node = async (request: NodeRequest, response: NodeResponse): Promise<boolean> => {
    const found = await answer(pathOf(request.url), request.method);
    if (found === undefined) {
      return false;
    }
    response.statusCode = found.status;
    for (const [name, value] of Object.entries(HEADERS)) {
      response.setHeader(name, value);
    }
    response.end(request.method === "HEAD" ? undefined : JSON.stringify(found.body));
    return true;
  };
  return {
    node,
    express(request, response, next) {
      node(request, response).then((answered) => (answered ? undefined : next()), next);
    },
    async fastify(app) {
      for (const path of [livez, readyz]) {
        app.get(path, async (_request, reply) => {
          const found = await answer(path, "GET");
          reply.code(found?.status ?? 503);
          for (const [name, value] of Object.entries(HEADERS)) {
            reply.header(name, value);
          }
          return found?.body;
        });
      }
    },
    async hono({ req }, next) {
      const found = await answer(req.path, req.method);
      if (found === undefined) {
        await next();
        return undefined;
      }
      return new Response(req.method === "HEAD" ? null : JSON.stringify(found.body), {
        status: found.status,
        headers: HEADERS,
      });
    },
  };
}

const ALIVE: Answer = { status: 200, body: { status: "alive" } };

/** Messages name hosts and roles, which are nobody's business who can reach the port; they stay with `check()`. */
function answerOf(verdict: Readiness): Answer {
  if (verdict.ready) {
    return { status: 200, body: { status: "ready", ahead: verdict.ahead } };
  }
  const { ready: _, ...why } = verdict;
  const body = why.reason === "db_unavailable" ? { reason: why.reason, code: why.code } : why;
  return { status: 503, body: { status: "unready", ...body } };
}

const pathOf = (url: string | undefined): string => url?.split("?", 1)[0] ?? "";
