using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>A penalty on the architecture parameters that is added to the loss that moves them.</summary>
public interface IPenalty
{
    /// <summary>Name in run records, with its settings.</summary>
    string Name { get; }

    /// <summary>The penalty, a differentiable scalar.</summary>
    /// <param name="architecture">α of every kind of cell.</param>
    /// <param name="position">The moment of the search, at which a <see cref="Schedule"/> of its weight is taken.</param>
    Tensor Penalty(ArchitectureParameters architecture, EpochPosition position);
}
