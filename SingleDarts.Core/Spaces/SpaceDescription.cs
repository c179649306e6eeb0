using System.Text.Json.Nodes;

namespace SingleDarts.Core.Spaces;

/// <summary>A search space as JSON, in which two spaces that differ are different.</summary>
internal static class SpaceDescription
{
    public static JsonObject Of(SearchSpace space) => Of(space, space.Layout);

    /// <summary>A space with the layout of a genotype.</summary>
    public static JsonObject Of(SearchSpace space, NetworkLayout layout) => new()
    {
        ["name"] = space.Name,
        ["input"] = List(layout.InputShape),
        ["classes"] = layout.Classes,
        ["cells"] = new JsonObject(layout.Cells.Select(cell => KeyValuePair.Create<string, JsonNode?>(cell.Name, Cell(cell)))),
        ["layers"] = new JsonArray([.. layout.Layers.Select(Layer)]),
    };

    private static JsonObject Cell(CellSpecification cell)
    {
        var description = new JsonObject
        {
            ["topology"] = Topology(cell.Topology),
            ["operations"] = List(cell.Operations.Select(operation => operation.Name)),
            ["learnable"] = List(cell.Operations.Where(operation => operation.IsLearnable).Select(operation => operation.Name)),
        };
        if (cell.Operations.Any(operation => !operation.IsDerivable))
            description["notDerivable"] = List(cell.Operations.Where(operation => !operation.IsDerivable)
                .Select(operation => operation.Name));
        if (cell.Operations.Any(operation => operation.DerivesAs != operation.Name))
            description["derivesAs"] = List(cell.Operations.Select(operation => operation.DerivesAs));
        if (!cell.IsEverythingAllowed)
            description["allowed"] = new JsonObject(cell.Topology.Edges.Select(edge => KeyValuePair.Create<string, JsonNode?>(
                edge.ToString(), List(cell.Allowed(edge).Select(k => cell.Operations[k].Name)))));
        return description;
    }

    /// <summary>The output is <c>LastNode</c>, or the list of the nodes that are concatenated.</summary>
    private static JsonObject Topology(CellTopology topology) => new()
    {
        ["inputs"] = topology.Inputs,
        ["nodes"] = topology.ComputedNodes,
        ["output"] = topology.Output == CellOutput.LastNode ? nameof(CellOutput.LastNode) : List(topology.OutputNodes),
    };

    private static JsonObject Layer(LayerPlacement layer) => layer is CellPlacement cell
        ? new() { ["cell"] = cell.Cell.Name, ["channels"] = cell.Channels, ["stride"] = cell.Stride }
        : Block((BlockPlacement)layer);

    private static JsonObject Block(BlockPlacement block) =>
        new() { ["channels"] = block.OutChannels, ["stride"] = block.Context.Stride, ["passInput"] = block.PassInput };

    private static JsonArray List<T>(IEnumerable<T> values) => [.. values.Select(value => (JsonNode?)JsonValue.Create(value))];
}
