using SingleDarts.Core.Genotypes;
using static TorchSharp.torch;

namespace SingleDarts.Core.Schemes;

/// <summary>A genotype that a controller drew.</summary>
/// <param name="Genotype">One operation on every edge.</param>
/// <param name="LogProbability">log P of the genotype, a scalar with its gradient history: the sum over the edges.</param>
/// <param name="Entropy">Sum over the edges of the entropy of the choice, in nats, a scalar with its gradient history.</param>
internal sealed record ControllerSample(Genotype Genotype, Tensor LogProbability, Tensor Entropy);
