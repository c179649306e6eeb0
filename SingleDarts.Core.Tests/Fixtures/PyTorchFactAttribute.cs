
namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A fact that holds the library against PyTorch; reported as skipped, with the reason, where Python has no PyTorch.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PyTorchFactAttribute : FactAttribute
{
    public PyTorchFactAttribute() => Skip = PythonTorch.WhyNot;
}
