using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// Makes the categorical choice of an operation continuous: architecture parameters α to mixing weights, above all the operation weights
/// p (Eq. 2). A relaxation may have further parameters, sample, anneal, and leave candidates out.
/// </summary>
public interface IRelaxation
{
    /// <summary>Name of the relaxation in run records, with its settings.</summary>
    string Name { get; }

    /// <summary>What is wrong with its settings for a space; a search with faults is rejected before any work.</summary>
    /// <param name="space">The search space.</param>
    /// <returns>Sentences that name what was found, what was expected and the remedy.</returns>
    IEnumerable<string> Faults(SearchSpace space) => [];

    /// <summary>Start values of α.</summary>
    /// <param name="edges">Rows.</param>
    /// <param name="operations">Columns.</param>
    /// <param name="generator">CPU generator for random starts.</param>
    /// <returns>A tensor [edges, operations] of float64 on the CPU.</returns>
    Tensor Initialize(long edges, long operations, Generator generator);

    /// <summary>
    /// Start values of further parameters of a kind of cell by name, of any shape, float64 on the CPU. They are moved and saved with α;
    /// <see cref="RelaxationContext.Parameters"/> has their present values. Empty by default.
    /// </summary>
    /// <param name="cell">The kind of cell.</param>
    /// <param name="generator">CPU generator for random starts.</param>
    IReadOnlyDictionary<string, Tensor> FurtherParameters(CellSpecification cell, Generator generator) =>
        new Dictionary<string, Tensor>();

    /// <summary>The mixing weights of a forward pass. A tensor p is taken as weights with which every candidate is computed.</summary>
    /// <param name="alpha">α, [edges, operations]; −∞ for candidates that an edge does not allow, whose p is set to 0 afterwards.</param>
    /// <param name="context">The moment. Its generator draws on the CPU: bring the numbers over with <c>.to(alpha.device)</c>.</param>
    /// <returns>p, [edges, operations], of α's type and device, differentiable in α.</returns>
    MixingWeights Relax(Tensor alpha, RelaxationContext context);

    /// <summary>
    /// What derivations, snapshots and records read instead of a draw: the strength of each candidate, [edges, operations]. By default p
    /// times the factor of its edge, as <see cref="Relax"/> gives them; a relaxation that samples has to say it.
    /// </summary>
    /// <param name="alpha">As for <see cref="Relax"/>.</param>
    /// <param name="context">As for <see cref="Relax"/>.</param>
    Tensor Expectation(Tensor alpha, RelaxationContext context) => Relax(alpha, context).Scaled;
}
