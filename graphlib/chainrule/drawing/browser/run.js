// What is known at which step: an index over the payload, never changed after it is made.

class Run {
  constructor(payload) {
    this.payload = payload;
    this.steps = payload.steps;
    this.last = payload.steps.length - 1;
    this.reverse = payload.mode === "reverse";
    this.flow = this.reverse ? "adjoints" : "tangents";
    this.nodes = new Map(payload.nodes.map((node) => [node.id, node]));
    this.edges = new Map(payload.edges.map((edge) => [edge.id, edge]));
    this.rows = new Map(payload.rows.map((row) => [row.id, row]));
    this.phases = [];
    this.steps.forEach(({ phase }, at) => {
      const open = this.phases.at(-1);
      if (open?.name === phase) open.last = at;
      else this.phases.push({ name: phase, first: at, last: at });
    });
    this.events = new Map();
    this.steps.forEach((step, at) => {
      for (const { cell, number, terms } of step.sets) {
        if (!this.events.has(cell)) this.events.set(cell, []);
        this.events.get(cell).push({ at, number, terms });
      }
    });
    // What no step works out is known from the start (constants) or when its phase is over.
    for (const node of payload.nodes) {
      this.#given(`value:${node.id}`, node.value, 0);
      this.#given(`derivative:${node.id}`, node.derivative, this.last);
    }
    const partials = this.phases.find(({ name }) => name === "partials");
    for (const edge of payload.edges) {
      this.#given(`partial:${edge.id}`, edge.number, partials ? partials.last : 0);
      this.#given(`share:${edge.id}`, edge.share, this.last);
    }
  }

  #given(cell, number, at) {
    if (number && !this.events.has(cell)) this.events.set(cell, [{ at, number, terms: [] }]);
  }

  /** Return what a cell holds at a step: {at, number, terms}, or null while it is not computed. */
  known(cell, step) {
    const events = this.events.get(cell);
    if (!events) return null;
    for (let i = events.length - 1; i >= 0; i--) if (events[i].at <= step) return events[i];
    return null;
  }

  /** Return whether the event is the last of its cell. */
  isComplete(cell, event) {
    return this.events.get(cell).at(-1) === event;
  }

  /** Return the node from which the derivative comes over an edge. */
  source(edge) {
    return this.nodes.get(this.reverse ? edge.user : edge.operand);
  }

  /** Return the node into which the derivative goes over an edge. */
  goal(edge) {
    return this.nodes.get(this.reverse ? edge.operand : edge.user);
  }

  /** Return whether an edge shows its share at a step: it leads to the goal and has arrived. */
  showsShare(edge, at) {
    const step = this.steps[at];
    if (step.phase !== this.flow || !step.edge) return false;
    return this.goal(edge).id === step.node && Boolean(this.known(`share:${edge.id}`, at));
  }

  /** Return the step that tells most about a node, seen from the phase of another step. */
  stepOfNode(id, at) {
    const values = this.events.get(`value:${id}`)?.at(-1).at ?? 0;
    const derivative = this.events.get(`derivative:${id}`)?.at(-1).at;
    const tells = derivative !== undefined && this.steps[derivative].node === id;
    return this.steps[at].phase === "values" || !tells ? this.#ofNode(id, values) : derivative;
  }

  #ofNode(id, otherwise) {
    const found = this.steps.findIndex(({ phase, node }) => phase === "values" && node === id);
    return found >= 0 ? found : otherwise;
  }

  /** Return the step that works out an edge: its share, or in the earlier phases its partial. */
  stepOfEdge(id, at) {
    const wanted = this.steps[at].phase === this.flow ? this.flow : "partials";
    const exact = this.steps.findIndex(({ phase, edge }) => phase === wanted && edge === id);
    return exact >= 0 ? exact : this.steps.findIndex(({ edge }) => edge === id);
  }

  /** Return the step that works out a row of the table, in the phase of another step. */
  stepOfRow(row, at) {
    const { phase } = this.steps[at];
    if (phase !== "values" && row.edge) {
      const found = this.stepOfEdge(row.edge, at);
      if (found >= 0) return found;
    }
    if (phase !== "values" && row.derivative?.startsWith("derivative:")) {
      return this.events.get(row.derivative)?.[0].at ?? at;
    }
    return this.stepOfNode(row.node, at);
  }
}
