import * as v from 'valibot'

/**
 * The cluster whose nodes run Python. Ray has to be in your Python environment, in the version of the cluster.
 *
 * @example
 * ```ts
 * const cluster: ClusterOptions = { engine: 'ray', nodes: 2, resources: { CPU: 8, GPU: 1 } }
 * ```
 */
export interface ClusterOptions {
  engine: 'ray'
  /**
   * Host and port of the cluster's head, or `auto` for the cluster of the node on this machine.
   *
   * @default `'auto'`
   */
  address?: string | undefined
  /**
   * Number of nodes to use.
   *
   * @default `1`
   */
  nodes?: number | undefined
  /**
   * The resources that the run reserves on each node, by Ray's names.
   *
   * @default `{ CPU: 1 }`
   */
  resources?: Readonly<Record<string, number>> | undefined
  /**
   * Ray's runtime environment, for example `{ working_dir: '.' }`, which copies the project to the nodes.
   *
   * @default the nodes share the file system of this machine
   */
  runtimeEnv?: Readonly<Record<string, unknown>> | undefined
  /**
   * Milliseconds without a sign of life, from 3,000 to 3,600,000. After that, a node ends its processes if it doesn't hear
   * from the run, and the run counts a node as lost.
   *
   * @default `10_000`
   */
  silence?: number | undefined
  /**
   * Connections to workers are always encrypted, and both sides are authenticated. `false` is refused.
   *
   * @default `true`
   */
  tls?: true | undefined
  /**
   * Whether to use a cluster that doesn't ask for a token. Every user of its network can run code on it.
   *
   * @default `false`
   */
  insecureCluster?: boolean | undefined
}

/** A question to a node is answered after 2 seconds at the latest, and is its sign of life. */
const LEAST_SILENCE_MS = 3_000
/** Some waits are a multiple of it, and Node's timers overflow after 24 days. */
const MOST_SILENCE_MS = 3_600_000

const SILENCE = `write a number of milliseconds, at least ${LEAST_SILENCE_MS} and at most ${MOST_SILENCE_MS}`
const AMOUNT = 'write a number of at least 0'

/** The address of a cluster, and what to write. */
export const CLUSTER_ADDRESS = /^(auto|[^\s:/]+:\d+)$/
export const ADDRESS_REMEDY = 'write "auto", or host and port of the head, as in "10.0.0.1:6379"'

export const ClusterSchema = v.strictObject(
  {
    engine: v.literal('ray', 'write "ray"'),
    address: v.optional(
      v.pipe(v.string('write "auto" or "host:port"'), v.regex(CLUSTER_ADDRESS, ADDRESS_REMEDY)),
      'auto',
    ),
    nodes: v.optional(v.pipe(v.number('write a number'), v.integer(), v.minValue(1, 'write at least 1')), 1),
    resources: v.optional(
      v.record(v.string(), v.pipe(v.number(AMOUNT), v.minValue(0, AMOUNT), v.finite(AMOUNT))),
      { CPU: 1 },
    ),
    runtimeEnv: v.optional(v.looseObject({}, "write an object, as in { working_dir: '.' }")),
    silence: v.optional(
      v.pipe(v.number(SILENCE), v.minValue(LEAST_SILENCE_MS, SILENCE), v.maxValue(MOST_SILENCE_MS, SILENCE)),
      10_000,
    ),
    tls: v.optional(
      v.literal(true, 'leave it out: connections to the nodes are always encrypted and authenticated'),
    ),
    insecureCluster: v.optional(v.boolean('write true or false'), false),
  },
  "write an object, as in { engine: 'ray', nodes: 2 }",
) satisfies v.GenericSchema<ClusterOptions>

/** The option `cluster` with every default filled in. */
export type ResolvedCluster = v.InferOutput<typeof ClusterSchema>

/** The names of the members, to suggest the closest one. */
export const clusterOptionNames: readonly string[] = Object.keys(ClusterSchema.entries)
