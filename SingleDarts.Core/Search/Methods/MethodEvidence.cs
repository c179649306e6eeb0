namespace SingleDarts.Core.Search;

/// <summary>What of a published method was compared with something outside this library.</summary>
public enum MethodEvidence
{
    /// <summary>Its definition: equations, constants and counts. No published result was repeated.</summary>
    DefinitionTested,

    /// <summary>A published result, within its spread.</summary>
    ResultReproduced,
}
