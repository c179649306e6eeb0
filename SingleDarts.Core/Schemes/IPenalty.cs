using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>A penalty on the architecture parameters that is added to the loss that moves them.</summary>
public interface IPenalty
{
    /// <summary>Name in run records, with its settings.</summary>
    string Name { get; }

    /// <summary>What is wrong with its settings for a space; a search with faults is rejected before any work.</summary>
    /// <param name="space">The search space.</param>
    /// <returns>Sentences that name what was found, what was expected and the remedy.</returns>
    IEnumerable<string> Faults(SearchSpace space) => [];

    /// <summary>The penalty for a supernet of a space: this one by default. Called once for each stage of a search, before
    /// <see cref="Penalty"/>.</summary>
    /// <param name="space">The space of the supernet, with its cells and channels.</param>
    IPenalty For(SearchSpace space) => this;

    /// <summary>The penalty, a differentiable scalar.</summary>
    /// <param name="architecture">α of every kind of cell.</param>
    /// <param name="position">The moment of the search, at which a <see cref="Schedule"/> of its weight is taken.</param>
    Tensor Penalty(ArchitectureParameters architecture, EpochPosition position);
}
