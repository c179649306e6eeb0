using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Spaces;

/// <summary>
/// The selection of SETN (Dong and Yang, ICCV 2019) in NAS-Bench-201: the candidates are the genotypes of largest probability, log P = Σ
/// over the edges of log softmax(α) of the operation, from the largest on; of equal ones that of the earlier operations first. The first
/// is the argmax. For spaces that keep every edge.
/// </summary>
/// <remarks><c>SETN.py</c> and <c>search_model_setn.py</c> of <c>D-X-Y/AutoDL-Projects</c>. The abstract of the paper speaks of candidates
/// that are sampled: <see cref="IsSampled"/>.</remarks>
public sealed record MostProbableSelection : OneShotSelection
{
    /// <summary>Whether candidates are drawn with their probability, repeats included, instead.</summary>
    /// <value>False.</value>
    public bool IsSampled { get; init; }

    /// <inheritdoc/>
    public override string Name => IsSampled ? "probable-selection" : "most-probable-selection";

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(SearchSpace space) =>
        base.Faults(space).Concat(EdgeChoices.Faults(space, $"The selection '{Name}'"));

    /// <inheritdoc/>
    protected override IEnumerable<Genotype> Candidates(DerivationContext context, IReadOnlyList<EvaluatedGenotype> scored)
    {
        var choices = new EdgeChoices(context.Space);
        double[][] logs = [.. Enumerable.Range(0, choices.Edges.Count).Select(i => LogProbabilities(context, choices, i))];
        return (IsSampled ? Sampled(context, logs) : Ranked(context, logs)).Select(choices.Genotype);
    }

    private IEnumerable<int[]> Ranked(DerivationContext context, double[][] logs)
    {
        // A beginning that is not among the best beginnings has that many better ones with the same end.
        int kept = Math.Max(1, context.IsFinal ? Count : CountPerEpoch);
        IEnumerable<(double Score, int[] Choices)> beginnings = [(0, [])];
        foreach (double[] edge in logs)
            beginnings = [.. beginnings
                .SelectMany(path => edge.Select((log, k) => (Score: path.Score + log, Choices: (int[])[.. path.Choices, k])))
                .OrderByDescending(path => path.Score).Take(kept)];
        return beginnings.Select(path => path.Choices);
    }

    private static IEnumerable<int[]> Sampled(DerivationContext context, double[][] logs)
    {
        double[][] shares = [.. logs.Select(edge => edge.Select(Math.Exp).ToArray())];
        while (true)
            yield return [.. shares.Select(edge => context.Generator.Categorical(edge))];
    }

    /// <summary>log softmax(α) of an edge, whatever the relaxation of the search makes of α.</summary>
    private static double[] LogProbabilities(DerivationContext context, EdgeChoices choices, int place)
    {
        var (cell, edge) = choices.Edges[place];
        double[] row = [.. choices.Columns(place).Select(k => context.Snapshot[cell.Name].Alpha[edge.Index, k])];
        double most = row.Max(), sum = most + Math.Log(row.Sum(value => Math.Exp(value - most)));
        return [.. row.Select(value => value - sum)];
    }
}
