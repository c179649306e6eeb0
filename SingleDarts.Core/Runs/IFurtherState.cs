using static TorchSharp.torch;

namespace SingleDarts.Core.Runs;

/// <summary>
/// A module with tensors to save that are neither its parameters nor its buffers, such as the architecture parameters of a supernet.
/// <see cref="ModuleWeights"/> saves and loads them with the rest, wherever the module stands.
/// </summary>
public interface IFurtherState
{
    /// <summary>Names, which are none of the module's parameters and buffers, and tensors, which the module keeps.</summary>
    IReadOnlyList<(string Name, Tensor Tensor)> FurtherState { get; }
}
