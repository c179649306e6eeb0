using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Spaces;

namespace SingleDarts.Core.Tests.Search.Strategies;

/// <summary>The share of edges with a 3×3 convolution, whatever the budget.</summary>
internal sealed class Convolutions : IGenotypeEvaluator
{
    public string Name => "convolutions";

    public Evaluation Evaluate(Genotype genotype, EvaluationBudget budget, CancellationToken cancellationToken) =>
        new(genotype.Count("nor_conv_3x3") / 6.0, 1);
}
