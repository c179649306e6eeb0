
namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A theory that holds the library against PyTorch; reported as skipped, with the reason, where Python has no PyTorch.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PyTorchTheoryAttribute : TheoryAttribute
{
    public PyTorchTheoryAttribute() => Skip = PythonTorch.WhyNot;
}
