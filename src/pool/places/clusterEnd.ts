/** Why the nodes of a cluster are proven clean, or not. */
export interface ClusterEnd {
  readonly nodes: readonly EndedNode[]
  /** Why the nodes' word isn't enough. */
  readonly problem: string | null
}

/** How the tree of a node has ended. */
export interface EndedNode {
  readonly node: number
  /** Of the node, for the user. */
  readonly ip: string
  readonly orphans: readonly NodeOrphan[]
  /** The processes that are left because the option `orphans.keep` names their executables. */
  readonly kept: readonly NodeKept[]
  /** Why the node isn't proven clean. */
  readonly problem: string | null
}

/** A process that may outlive the run. */
export interface NodeKept {
  readonly pid: number
  readonly startTime: string
  readonly command: string
  readonly executable: string
}

/** A process that was alive on a node after its tree was asked to end. */
export interface NodeOrphan {
  readonly pid: number
  readonly startTime: string
  readonly command: string
  /** The lease in its environment. */
  readonly lease: string | null
  /** Whether it is gone. */
  readonly killed: boolean
}
