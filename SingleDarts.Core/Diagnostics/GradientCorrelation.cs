using SingleDarts.Core.Data;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Diagnostics;

/// <summary>
/// Gradient correlation (Section 5.2.1, Eq. 8, Figure 2) on nodes of chosen cells, before a step: the paper's pair of batches, and others
/// that tell more (<see cref="NodeCorrelation"/>). Each measurement costs three to five forward and backward passes.
/// </summary>
public sealed class GradientCorrelation() : Diagnostic<GradientCorrelationRecord>("gradient-correlation")
{
    private NodeWeights[] places = [];
    private WeightGradients? previous, earlier;
    private LabeledBatch? earlierBatch;

    /// <summary>Steps between measurements; the first step of every epoch is measured.</summary>
    /// <value>50.</value>
    public int Interval { get; init; } = 50;

    /// <summary>Numbers of the cells, counted from 1.</summary>
    /// <value>Null: the first, the middle and the last.</value>
    public IReadOnlyList<int>? Cells { get; init; }

    /// <summary>Numbers of the nodes within the cells; input nodes come first, from 0.</summary>
    /// <value>Null: every computed node.</value>
    public IReadOnlyList<int>? Nodes { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(SearchSpace space)
    {
        IReadOnlyList<int> chosen = Cells ?? CellSelection.FirstMiddleLast(space);
        string[] faults = [.. CellSelection.IntervalFaults(Name, Interval, "steps"), .. CellSelection.Faults(Name, space, chosen)];
        return faults.Length > 0 ? faults : chosen.SelectMany(number => NodeFaults(number, CellSelection.Of(space)[number - 1].Cell));
    }

    /// <inheritdoc/>
    public override void OnStarted(SearchMoment moment)
    {
        base.OnStarted(moment);
        Supernet supernet = moment.Context.Supernet;
        places = Places(supernet);
        if (previous?.Fits(places) == false || earlier?.Fits(places) == false)
            Forget();
        previous = Place(previous, supernet);
        earlier = Place(earlier, supernet);
        if (earlierBatch is { } batch)
            Remember(ref earlierBatch, Copy(batch, supernet.Device));
    }

    /// <inheritdoc/>
    public override void OnStageStarted(SearchMoment moment)
    {
        Forget();
        places = Places(moment.Context.Supernet);
    }

    /// <inheritdoc/>
    public override void OnStepStarting(SearchMoment moment)
    {
        bool measures = moment.WeightStep % Interval == 0;
        bool precedes = (moment.WeightStep + 1) % moment.WeightSteps % Interval == 0;
        if (places.Length == 0 || !(measures || precedes))
            return;
        using var measurement = new Measurement(moment);
        var p = moment.Context.Supernet.Relax().ToDictionary(kind => kind.Key, kind => kind.Value.Detach());
        WeightGradients Of(LabeledBatch batch)
        {
            measurement.Rewind();
            return WeightGradients.Of(moment.Context, batch, p, places);
        }
        WeightGradients weights = Of(moment.Context.WeightBatch);
        if (measures)
            Measure(moment, weights, p, Of);
        Remember(ref previous, precedes ? weights : null);
        if (!precedes)
            weights.Dispose();
    }

    /// <inheritdoc/>
    public override void OnCompleted(SearchResult result) => Forget();

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> SaveState()
    {
        var state = new Dictionary<string, Tensor>();
        foreach (var (name, gradients) in new[] { ("previous", previous), ("earlier", earlier) })
            for (int i = 0; i < (gradients?.Vectors.Length ?? 0); i++)
                state[$"{name}/{i}"] = gradients!.Vectors[i];
        if (earlierBatch is { } batch)
            (state["inputs"], state["labels"]) = (batch.Inputs, batch.Labels);
        return state;
    }

    /// <inheritdoc/>
    public override void LoadState(IReadOnlyDictionary<string, Tensor> saved)
    {
        Forget();
        WeightGradients? Find(string name) => !saved.ContainsKey($"{name}/0") ? null : WeightGradients.Load(
            Enumerable.Range(0, saved.Keys.Count(key => key.StartsWith(name + "/", StringComparison.Ordinal)))
                .Select(i => saved[$"{name}/{i}"]),
            CPU, saved[$"{name}/0"].dtype);
        (previous, earlier) = (Find("previous"), Find("earlier"));
        if (saved.TryGetValue("inputs", out Tensor? inputs))
            earlierBatch = Copy(new LabeledBatch(inputs, saved["labels"]), CPU);
    }

    private void Measure(
        SearchMoment moment, WeightGradients weights, IReadOnlyDictionary<string, MixingWeights> p, Func<LabeledBatch, WeightGradients> of)
    {
        var (w, a) = (moment.Context.WeightBatch, moment.Context.ArchitectureBatch);
        WeightGradients alpha = ReferenceEquals(w, a) ? weights : of(a);
        using LabeledBatch? other = moment.DrawIndependentBatch?.Invoke();
        using WeightGradients? independent = other is null ? null : of(other);
        using WeightGradients? momentum = WeightGradients.OfMomentum(moment.Context.WeightOptimizer, p, places);
        bool first = moment.WeightStep == 0;
        using WeightGradients? again = first && earlierBatch is { } batch ? of(batch) : null;
        NodeCorrelation[] nodes = [.. places.Select((place, i) =>
        {
            Correlation? With(WeightGradients? gradients) => gradients is null ? null : alpha.With(gradients, i);
            return new NodeCorrelation(place.Cell, place.Node, alpha.With(weights, i), With(independent), With(previous), With(momentum),
                again?.With(earlier!, i));
        })];
        Write(moment, new GradientCorrelationRecord
        {
            Epoch = moment.Epoch + 1,
            Step = moment.Step + 1,
            IsFinite = nodes.SelectMany(n => new[] { n.Paper, n.Independent, n.Acting, n.Momentum, n.EpochApart })
                .All(c => c is null || double.IsFinite(c.Value.Value + c.Value.Cosine)),
            Nodes = nodes,
        });
        if (first)
        {
            Remember(ref earlier, WeightGradients.Load(alpha.Vectors, moment.Context.Supernet.Device, moment.Context.Supernet.DataType));
            Remember(ref earlierBatch, Copy(a, moment.Context.Supernet.Device));
        }
        if (!ReferenceEquals(alpha, weights))
            alpha.Dispose();
    }

    private IEnumerable<string> NodeFaults(int number, CellSpecification kind)
    {
        int first = kind.Topology.Inputs, last = kind.Topology.Nodes - 1;
        foreach (int node in (Nodes ?? []).Where(node => node < first || node > last))
            yield return $"{Name}: cell {number} ('{kind.Name}') has no computed node {node}; it has the nodes {first} to {last}.";
        if (!kind.Operations.Any(operation => operation.IsLearnable))
            yield return $"{Name}: cell {number} ('{kind.Name}') has no learnable operation; choose other cells or leave this " +
                "diagnostic out.";
    }

    private NodeWeights[] Places(Supernet supernet) =>
        NodeWeights.Find(supernet, Cells ?? CellSelection.FirstMiddleLast(supernet.Space), Nodes);

    private void Forget()
    {
        Remember(ref previous, null);
        Remember(ref earlier, null);
        Remember(ref earlierBatch, null);
    }

    private static WeightGradients? Place(WeightGradients? gradients, Supernet supernet)
    {
        using (gradients)
            return gradients is null ? null : WeightGradients.Load(gradients.Vectors, supernet.Device, supernet.DataType);
    }

    private static LabeledBatch Copy(LabeledBatch batch, Device device) => new(
        batch.Inputs.to(device, copy: true).DetachFromDisposeScope(), batch.Labels.to(device, copy: true).DetachFromDisposeScope());

    private static void Remember<T>(ref T? place, T? value) where T : class, IDisposable
    {
        place?.Dispose();
        place = value;
    }
}
