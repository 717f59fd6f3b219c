import type {
  Batch,
  DocumentRow,
  InvocationRow,
  JournalRow,
  KeyRef,
  Loaded,
  LoadRequest,
  OutboxRow,
  PromiseRow,
  Recovered,
  StateRow,
  Store,
  TimerRow,
} from "../store/store.js";

class Tables {
  inv = new Map<number, InvocationRow>();
  journal = new Map<number, JournalRow[]>();
  state: StateRow[] = [];
  promises: PromiseRow[] = [];
  timers = new Map<string, TimerRow>();
  outbox = new Map<string, OutboxRow>();
  docs = new Map<string, DocumentRow>();
}
const same = (a: KeyRef, b: KeyRef) =>
  a.service === b.service && a.key === b.key && a.partition === b.partition;
const tk = (t: TimerRow) => `${t.partition}/${t.at}/${t.num}/${t.completionId}`;
export class MemoryStore implements Store {
  #t: Tables;
  #pending: { batch: Batch; resolve: () => void }[] = [];
  constructor(o: { autoCommit: boolean }, t = new Tables()) {
    void o;
    this.#t = t;
  }
  get pendingCommits() {
    return this.#pending.length;
  }
  commit(batch: Batch): Promise<void> {
    const c = structuredClone(batch);
    return new Promise((resolve) => this.#pending.push({ batch: c, resolve }));
  }
  flushNext() {
    const n = this.#pending.shift();
    if (!n) return;
    this.#apply(n.batch);
    n.resolve();
  }
  crash() {
    return new MemoryStore({ autoCommit: false }, structuredClone(this.#t) as Tables);
  }
  dump(): any {
    return {
      timers: [...this.#t.timers.values()],
      journal: this.#t.journal,
      outbox: [...this.#t.outbox.values()],
      invocations: [...this.#t.inv.values()],
      state: this.#t.state,
    };
  }
  #apply(b: Batch) {
    const t = this.#t;
    for (const n of b.invocationDeletes) {
      t.inv.delete(n);
      t.journal.delete(n);
    }
    for (const r of b.invocationInserts) {
      if (t.inv.has(r.num)) throw new Error("dup num");
      for (const o of t.inv.values()) if (o.id === r.id) throw new Error("dup id " + r.id);
      t.inv.set(r.num, r);
    }
    for (const u of b.invocationUpdates) {
      const r = t.inv.get(u.num);
      if (!r) throw new Error("update of nothing");
      t.inv.set(u.num, { ...r, ...u });
    }
    for (const n of b.journalDeletes) t.journal.delete(n);
    for (const j of b.journalAppends) {
      const l = t.journal.get(j.num) ?? [];
      if (j.index !== l.length) throw new Error(`journal gap ${j.num} ${j.index} ${l.length}`);
      l.push(j);
      t.journal.set(j.num, l);
    }
    for (const c of b.stateClears) t.state = t.state.filter((s) => !same(s, c));
    for (const c of b.stateDeletes) t.state = t.state.filter((s) => !(same(s, c) && s.name === c.name));
    for (const c of b.statePuts) {
      t.state = t.state.filter((s) => !(same(s, c) && s.name === c.name));
      t.state.push(c);
    }
    for (const c of b.promiseClears) t.promises = t.promises.filter((s) => !same(s, c));
    for (const c of b.promisePuts) {
      t.promises = t.promises.filter((s) => !(same(s, c) && s.name === c.name));
      t.promises.push(c);
    }
    for (const x of b.timerDeletes) t.timers.delete(tk(x));
    for (const x of b.timerPuts) t.timers.set(tk(x), x);
    for (const x of b.outboxDeletes) t.outbox.delete(`${x.partition}/${x.seq}`);
    for (const x of b.outboxPuts) t.outbox.set(`${x.partition}/${x.seq}`, x);
    for (const x of b.documentDeletes) t.docs.delete(`${x.kind}/${x.id}`);
    for (const x of b.documentPuts) t.docs.set(`${x.kind}/${x.id}`, x);
  }
  async recover(): Promise<Recovered> {
    const t = this.#t;
    return {
      documents: [...t.docs.values()],
      running: [...t.inv.values()].filter((r) => r.status === 2),
      outbox: [...t.outbox.values()].sort((a, b) => a.seq - b.seq),
    };
  }
  async load(q: LoadRequest): Promise<Loaded> {
    const t = this.#t;
    return structuredClone({
      invocations: q.invocations.map((id) => [...t.inv.values()].find((r) => r.id === id) ?? null),
      invocationNums: q.invocationNums.map((n) => t.inv.get(n) ?? null),
      journals: q.journals.map((n) => t.journal.get(n) ?? []),
      keys: q.keys.map((ref) => ({
        ref,
        state: t.state.filter((s) => same(s, ref)),
        promises: t.promises.filter((s) => same(s, ref)),
        queue: [...t.inv.values()]
          .filter((r) => r.service === ref.service && r.key === ref.key && r.inboxSeq !== null)
          .sort((a, b) => a.inboxSeq! - b.inboxSeq!)
          .map((r) => ({ num: r.num, id: r.id, status: r.status, inboxSeq: r.inboxSeq! })),
      })),
    });
  }
  async timers(p: number, until: number, limit: number, after?: TimerRow) {
    return [...this.#t.timers.values()]
      .filter((x) => x.partition === p && x.at <= until)
      .sort((a, b) => a.at - b.at || a.num - b.num || a.completionId - b.completionId)
      .filter(
        (x) =>
          !after ||
          x.at > after.at ||
          (x.at === after.at &&
            (x.num > after.num || (x.num === after.num && x.completionId > after.completionId))),
      )
      .slice(0, limit);
  }
  async expired(..._: unknown[]) {
    return [];
  }
  async close() {}
}
