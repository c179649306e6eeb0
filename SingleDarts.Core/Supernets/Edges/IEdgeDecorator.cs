using SingleDarts.Core.Operations;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// What stands around the mixture on every edge of a supernet, and around its candidates: partial channels (PC-DARTS), an auxiliary branch
/// (DARTS-), dropout behind a skip connection (P-DARTS), drop-path. Modules that change with the epoch are
/// <see cref="IScheduledModule"/>. The network of a genotype has none of it. Decorated edges are computed by their <see cref="MixedOp"/>,
/// not merged.
/// </summary>
public interface IEdgeDecorator
{
    /// <summary>Name of the decorator in run records, with its settings.</summary>
    string Name { get; }

    /// <summary>What is wrong with its settings for a space; a search with faults is rejected before any work.</summary>
    /// <param name="space">The search space.</param>
    /// <returns>Sentences that name what was found, what was expected and the remedy.</returns>
    IEnumerable<string> Faults(SearchSpace space) => [];

    /// <summary>The place for which the candidates of an edge are built, by default the edge's.</summary>
    /// <param name="edge">Channels and stride of the edge.</param>
    OperationContext PlaceOfCandidates(OperationContext edge) => edge;

    /// <summary>What stands for a candidate, by default its own module.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="place">Its place.</param>
    /// <param name="module">Its module, which the result calls.</param>
    nn.Module<Tensor, Tensor> Wrap(CandidateOperation candidate, OperationContext place, nn.Module<Tensor, Tensor> module) => module;

    /// <summary>
    /// A new module for an edge, or <see langword="null"/> if nothing stands around its mixture: the input x [N, C, ...] and the mixture
    /// as a function, [N, C', ...] to [N, C'', ...] for the place of the candidates, give the edge's output.
    /// </summary>
    /// <param name="edge">Channels and stride of the edge.</param>
    nn.Module<Tensor, Func<Tensor, Tensor>, Tensor>? Around(OperationContext edge) => null;
}
