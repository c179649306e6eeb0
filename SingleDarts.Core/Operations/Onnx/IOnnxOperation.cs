namespace SingleDarts.Core.Operations;

/// <summary>
/// A module that says how it is written in ONNX. The library's blocks do, and an operation of a custom space can: a network that holds it
/// is exported like any other.
/// </summary>
public interface IOnnxOperation
{
    /// <summary>Adds the nodes that compute what <c>forward</c> computes in evaluation mode.</summary>
    /// <param name="graph">The graph so far.</param>
    /// <param name="input">Name of the input [N, ...]; the number of samples N is free, the other sizes are those of the network.</param>
    /// <returns>Name of the output: what the last call of the graph returned.</returns>
    string Export(OnnxGraph graph, string input);
}
