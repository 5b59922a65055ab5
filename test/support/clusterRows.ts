import type { PlayedCase } from './playOnCluster.ts'

const SILENCE_MS = 3_000
/** Of the silence: a question that a node is just answering takes 2 seconds more, and killing up to one. */
const MARGIN_MS = 3_000
/** Without the silence, for Ray to tell that a process of its own has ended, and for the kill. */
const SOON_MS = 3_000
/** For the deadlines of the product, and for Ray to give up a node. */
const END_MS = 75_000
const KILLED = 137

/** An event during a run on a cluster, and the expected consequences. */
export interface ClusterRow {
  readonly event: string
  /** Words of the report, in which NODE stands for the address of the node that it happens to. */
  readonly says: string
  /** Milliseconds after which no process of the run is left on that node. */
  readonly goneAfter: number
  /** Whether that holds for all nodes. */
  readonly everywhere?: boolean
  /** The exit status of the run. Default: 1. */
  readonly status?: number
}

/** The events, by the names of the strikes in test/e2e/fixtures/cluster/strikes.mjs. */
export const clusterRows = {
  driver: {
    event: 'the driver is killed',
    says: 'Not verified: node NODE: it has not been swept',
    goneAfter: SOON_MS,
    everywhere: true,
  },
  main: { event: 'the runner is killed', says: '', goneAfter: SOON_MS, everywhere: true, status: KILLED },
  actor: {
    event: 'the actor of a node is killed',
    says: 'Not verified: node NODE: its actor has not answered (ActorDiedError)',
    goneAfter: SOON_MS,
  },
  stranger: {
    event: 'another user of the cluster kills the actors',
    says: 'Not verified: node NODE: its actor has not answered (ActorDiedError)',
    goneAfter: SOON_MS,
  },
  reaper: {
    event: 'the reaper of a node is killed',
    says: 'Not verified: node NODE: its reaper ended during the run',
    goneAfter: SOON_MS,
  },
  raylet: {
    event: 'the raylet of a node is killed',
    says: 'Not verified: node NODE: its sweep has not answered',
    goneAfter: SOON_MS,
  },
  partition: {
    event: 'a node is cut off',
    says: 'Not verified: node NODE: its sweep has not answered',
    goneAfter: SILENCE_MS + MARGIN_MS,
  },
  replacement: {
    event: 'the container of a node is replaced',
    says: 'Not verified: node NODE: its sweep has not answered',
    goneAfter: SOON_MS,
  },
  head: {
    event: 'the head is killed',
    says: 'Not verified: node NODE: it has not been swept: the head of the cluster does not answer',
    goneAfter: SOON_MS,
  },
  restart: {
    event: 'the head is killed and started again',
    says: 'Not verified: node NODE: it has not been swept: the head of the cluster was replaced during the run',
    goneAfter: SOON_MS,
  },
  alone: {
    event: 'the head is killed, and then the runner',
    says: '',
    goneAfter: SILENCE_MS + MARGIN_MS,
    everywhere: true,
    status: KILLED,
  },
} satisfies Record<string, ClusterRow>

export type ClusterRowName = keyof typeof clusterRows

/** The exit status; no claim to be clean; the reason; the end of the tree; the end of the run; all that is left. */
export type ClusterCheck = 'status' | 'verdict' | 'reason' | 'tree' | 'end' | 'left' | 'actor'

/** The checks that fail for a case of a row. */
export function failedChecks(name: ClusterRowName, { status, log, left, row }: PlayedCase): ClusterCheck[] {
  const { says, status: wanted = 1, goneAfter, everywhere = false }: ClusterRow = clusterRows[name]
  const seen = row()
  const isIn = (time: number | null, limit: number) => time !== null && time - seen.struckAfter <= limit
  const checks: Record<ClusterCheck, boolean> = {
    status: status === wanted,
    verdict: !log.includes('No orphaned processes'),
    reason: log.includes(says.replace('NODE', seen.node)),
    // The oracle must have seen them, too.
    tree: seen.before > 0 && isIn(everywhere ? seen.allGoneAfter : seen.goneAfter, goneAfter),
    end: isIn(seen.endedAfter, END_MS) && seen.signal === (wanted === KILLED ? 'SIGKILL' : null),
    left: left === '' && seen.left.length === 0,
    actor: isIn(seen.actorGoneAfter, END_MS),
  }
  return (Object.keys(checks) as ClusterCheck[]).filter((check) => !checks[check])
}
